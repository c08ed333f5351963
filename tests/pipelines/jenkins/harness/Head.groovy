package harness

/**
 * One point at which a pipeline is executing: its own, or a branch's of parallel. Whoever stops the build stops each head that
 * waits in a step; a head that is between two steps is stopped at its next one, as Jenkins' own engine does it.
 */
class Head {
    Context context
    final Head parent
    private Closure stopper
    private Throwable pending

    Head(Context context, Head parent) {
        this.context = context
        this.parent = parent
    }

    synchronized void interrupt(Throwable cause) {
        if (stopper != null) {
            stopper.call(cause)
        } else {
            pending = cause
        }
    }

    /** The body waits for something; stop is told if somebody ends the wait. */
    def waiting(Closure stop, Closure body) {
        throwPending()
        synchronized (this) {
            stopper = stop
        }
        try {
            return body.call()
        } finally {
            synchronized (this) {
                stopper = null
            }
        }
    }

    synchronized void throwPending() {
        if (pending != null) {
            Throwable cause = pending
            pending = null
            throw cause
        }
    }

    boolean isBelow(Head other) {
        Head one = this
        while (one != null) {
            if (one.is(other)) {
                return true
            }
            one = one.parent
        }
        return false
    }
}
