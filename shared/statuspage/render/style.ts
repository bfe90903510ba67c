/** The one stylesheet of the page: no script, no image, nothing from elsewhere. */
export const STATUS_STYLE = `:root{color-scheme:light dark;--ground:#fff;--panel:#f6f7f8;--ink:#18181b;--quiet:#52525b;--line:#d8dade;--link:#1d4ed8;--ok:#16803c;--work:#1d4ed8;--unknown:#5f6672;--slow:#a15c07;--part:#c2410c;--down:#b91c1c;--none:#d8dade}
@media (prefers-color-scheme:dark){:root{--ground:#101215;--panel:#191c21;--ink:#f1f2f4;--quiet:#a8adb7;--line:#343942;--link:#93b8ff;--ok:#3fb968;--work:#7aa8ff;--unknown:#a8adb7;--slow:#e8b931;--part:#fb923c;--down:#f87171;--none:#343942}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{font:1rem/1.55 system-ui,-apple-system,"Segoe UI",sans-serif;background:var(--ground);color:var(--ink);margin:0 auto;max-width:52rem;padding:2rem 1rem 3rem;overflow-wrap:anywhere}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
h1{font-size:1.75rem;line-height:1.2;margin:0}
h2{font-size:1.25rem;line-height:1.3;margin:2.5rem 0 .75rem}
h3{font-size:1.05rem;line-height:1.35;margin:0}
p{margin:.35rem 0}
ul,ol{list-style:none;margin:0;padding:0}
.quiet,time{color:var(--quiet);font-size:.875rem}
.operational{--c:var(--ok)}
.under_maintenance{--c:var(--work)}
.unknown{--c:var(--unknown)}
.degraded_performance{--c:var(--slow)}
.partial_outage{--c:var(--part)}
.major_outage{--c:var(--down)}
.is-none{--c:var(--ok)}
.is-maintenance{--c:var(--work)}
.is-minor{--c:var(--slow)}
.is-major{--c:var(--part)}
.is-critical{--c:var(--down)}
.overall{background:var(--panel);border:1px solid var(--line);border-left:.5rem solid var(--c);border-radius:.5rem;margin:1.5rem 0 0;padding:1rem 1.25rem}
.overall h2{margin:0;font-size:1.35rem}
.card{border:1px solid var(--line);border-radius:.5rem;margin:0 0 1rem;padding:1rem 1.25rem}
.card>p:first-of-type{margin-top:.15rem}
.card h3 a{color:inherit;text-decoration:none}
.card h3 a:hover{text-decoration:underline}
.updates{border-left:2px solid var(--line);margin:.9rem 0 0;padding:0 0 0 1rem}
.updates li+li{margin-top:.9rem}
.updates p{margin:0}
.updates time{display:block}
.list{border:1px solid var(--line);border-radius:.5rem}
.list>li{padding:1rem 1.25rem}
.list>li+li{border-top:1px solid var(--line)}
.head{display:flex;flex-wrap:wrap;gap:.1rem 1rem;align-items:baseline;justify-content:space-between}
.state{color:var(--c);font-weight:600;margin:0}
.state::before{content:"";display:inline-block;width:.65em;height:.65em;margin-right:.45em;border-radius:50%;background:var(--c);forced-color-adjust:none}
.days{display:flex;gap:2px;height:2.1rem;margin:.8rem 0 .3rem}
.days li{flex:1 1 0;min-width:0;position:relative;border-radius:2px;background:var(--none);forced-color-adjust:none}
.days .operational,.days .under_maintenance,.legend .operational,.legend .under_maintenance{background:var(--c)}
.days .degraded_performance,.legend .degraded_performance{background:linear-gradient(to top,var(--c) 34%,color-mix(in srgb,var(--c) 25%,var(--ground)) 34%)}
.days .partial_outage,.legend .partial_outage{background:linear-gradient(to top,var(--c) 67%,color-mix(in srgb,var(--c) 25%,var(--ground)) 67%)}
.days .major_outage,.legend .major_outage{background:var(--c)}
.days span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.days li:hover{outline:2px solid var(--ink);outline-offset:1px;z-index:1}
.days li:hover span{width:max-content;max-width:14rem;height:auto;clip-path:none;white-space:normal;bottom:calc(100% + .5rem);left:50%;transform:translateX(-50%);padding:.4rem .6rem;border-radius:.35rem;background:var(--ink);color:var(--ground);font-size:.8125rem;line-height:1.35;pointer-events:none}
.days li:nth-child(-n+25):hover span{left:0;transform:none}
.days li:nth-child(n+66):hover span{left:auto;right:0;transform:none}
.scale{display:flex;flex-wrap:wrap;gap:0 .75rem;justify-content:space-between}
.scale span{white-space:nowrap}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;margin:.75rem .25rem 0}
.legend span{display:inline-block;width:.6rem;height:.95rem;margin-right:.4rem;vertical-align:-.15rem;border-radius:2px;background:var(--none);forced-color-adjust:none}
details{margin:.5rem 0 0}
summary{cursor:pointer;color:var(--quiet);font-size:.875rem;width:max-content;max-width:100%;padding:.25rem 0}
details li{font-size:.875rem;padding:.15rem 0}
footer{border-top:1px solid var(--line);margin-top:3rem;padding-top:1rem}
@media (max-width:40rem){.scale .uptime{order:3;flex-basis:100%}body{padding-top:1.25rem}.days{gap:1px}.days li{border-radius:1px}.card,.list>li,.overall{padding:.85rem 1rem}}
@media print{body{max-width:none}.days span{display:none}}
`;
