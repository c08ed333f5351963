#pragma once

#include <string_view>

namespace sluice::smoke {

/// The page's style sheet. Colours are named once for light and once for dark; green and red differ in lightness too,
/// for readers who cannot tell them apart.
constexpr std::string_view k_page_style = R"(
:root { color-scheme: light dark; --paper:#ffffff; --ink:#1b1f24; --quiet:#5b6570; --line:#d8dee4; --card:#f5f7f9;
  --good:#7cc79b; --good-ink:#146c3c; --bad:#c4292b; --bad-ink:#b11f22; --maybe:#e0a82e; --maybe-ink:#7d5600;
  --old:#7aa7d9; --new:#8a63c9; --area:#d9822b; --p1:#e4ebf3; --p2:#cfdcea; }
@media (prefers-color-scheme: dark) { :root { --paper:#14181d; --ink:#e8ecf0; --quiet:#9aa5b1; --line:#333b44; --card:#1d232a;
  --good:#2f7d50; --good-ink:#6fd49a; --bad:#ff6b66; --bad-ink:#ff8a85; --maybe:#c9962b; --maybe-ink:#f0c45c;
  --old:#4f83bd; --new:#a684e0; --area:#e39a4f; --p1:#232c36; --p2:#2d3946; } }
* { box-sizing: border-box; }
body { margin:0 auto; padding:20px clamp(12px,3vw,40px) 48px; max-width:1500px; background:var(--paper); color:var(--ink);
  font:15px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
h1 { font-size:1.35rem; margin:0; overflow-wrap:anywhere; } h2 { font-size:1.05rem; margin:32px 0 10px; }
code { font-family:ui-monospace, "DejaVu Sans Mono", Consolas, monospace; font-size:.93em; overflow-wrap:anywhere; }
.quiet { color:var(--quiet); } .head { display:flex; gap:14px; align-items:flex-start; flex-wrap:wrap; }
.badge { font-weight:700; letter-spacing:.03em; padding:5px 14px; border-radius:6px; color:#fff; background:var(--quiet); }
.badge.pass { background:#1a7f49; } .badge.fail { background:#c4292b; } .badge.unknown,.badge.unfinished { background:#9a6a00; }
.facts { display:grid; grid-template-columns:repeat(auto-fit,minmax(150px,1fr)); gap:10px; margin:18px 0 0; }
.fact { background:var(--card); border-radius:8px; padding:9px 12px; } .fact b { display:block; font-size:1.15rem; }
.fact.bad b { color:var(--bad-ink); } .fact.good b { color:var(--good-ink); }
.row { display:grid; grid-template-columns:minmax(130px,210px) 1fr; gap:4px 14px; align-items:center; margin:0 0 7px; }
.row .label { text-align:right; font-size:.87rem; overflow-wrap:anywhere; line-height:1.25; }
.row .label small { display:block; color:var(--quiet); } .row .label .no { color:var(--bad-ink); font-weight:600; }
.plot { position:relative; min-width:0; } .plot svg { display:block; width:100%; border-radius:3px; background:var(--card); }
.bands { position:relative; height:24px; } .band { position:absolute; top:0; bottom:0; overflow:hidden; white-space:nowrap;
  text-overflow:ellipsis; font-size:.8rem; line-height:24px; padding:0 6px; border-left:2px solid var(--paper); border-radius:3px; }
.band.p0 { background:var(--p1); } .band.p1 { background:var(--p2); } .band.old { background:var(--old); color:#fff; }
.band.new { background:var(--new); color:#fff; } .axis { position:relative; height:20px; font-size:.76rem; color:var(--quiet); }
.axis span { position:absolute; transform:translateX(-50%); white-space:nowrap; } .axis span:first-child { transform:none; }
.axis span:last-child { transform:translateX(-100%); }
.legend { display:flex; flex-wrap:wrap; gap:4px 16px; font-size:.8rem; color:var(--quiet); margin:4px 0 14px; }
.legend i { display:inline-block; width:11px; height:11px; border-radius:2px; margin-right:5px; vertical-align:-1px; }
.matrix { border-collapse:separate; border-spacing:6px; } .matrix th { font-weight:600; font-size:.87rem; text-align:left; padding:2px 6px; }
.matrix td { min-width:130px; padding:10px 12px; border-radius:8px; background:var(--card); border:2px solid transparent; }
.matrix td b { display:block; } .matrix td.works { border-color:var(--good); } .matrix td.works b { color:var(--good-ink); }
.matrix td.broken { border-color:var(--bad); } .matrix td.broken b { color:var(--bad-ink); }
.matrix td.none { border:2px dashed var(--line); } .matrix td.none b { color:var(--maybe-ink); }
.scroll { overflow-x:auto; } table.list { border-collapse:collapse; width:100%; font-size:.88rem; }
.list th,.list td { text-align:left; padding:6px 12px 6px 0; border-bottom:1px solid var(--line); vertical-align:top; }
.list th { color:var(--quiet); font-weight:600; white-space:nowrap; } .list td.n { white-space:nowrap; font-variant-numeric:tabular-nums; }
.why { margin:14px 0 0; padding:10px 14px; border-left:4px solid var(--bad); background:var(--card); border-radius:0 8px 8px 0; overflow-wrap:anywhere; }
@media (max-width:640px) { .row { grid-template-columns:1fr; gap:2px; margin-bottom:10px; } .row .label { text-align:left; }
  .row .label small { display:inline; margin-left:8px; } .matrix { border-spacing:4px; width:100%; } .matrix td { min-width:0; padding:8px; }
  .matrix th { padding:2px; } .axis span.minor { display:none; } }
)";

} // namespace sluice::smoke
