"""The lines "ok - SUITE: NAME" and "not ok - SUITE: NAME" of a script test, behind the latter why, as tests/run counts them."""


class Cases:
    def __init__(self, suite):
        self._suite = suite
        self._passed = []

    def check(self, name, right, *said):
        """One case; `said` (texts, or what can be printed) explains it where it is not right."""
        print(("ok - " if right else "not ok - ") + f"{self._suite}: {name}", flush=True)
        for line in [] if right else [line for text in said for line in str(text).splitlines()]:
            print(f"#   {line}", flush=True)
        self._passed.append(bool(right))

    def exit_code(self):
        return 0 if self._passed and all(self._passed) else 1
