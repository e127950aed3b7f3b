/** Colours by name. Both schemes keep 4.5 : 1 for text, and blue against orange for those who see few colours. */
const light = `--ground:#fff;--raised:#f7f8fa;--line:#e3e6eb;--text:#16181d;--soft:#565d6b;
--experimental:#c2410c;--control:#2f5bb7;--band-e:.13;--band-c:.12;
--held:#13703c;--held-ground:#e8f5ed;--deviated:#b3261e;--deviated-ground:#fdecea;
--inconclusive:#7a5200;--inconclusive-ground:#fdf3dc;--neutral:#4a5160;--neutral-ground:#eef0f3`;
const dark = `--ground:#101216;--raised:#171a20;--line:#2a2f38;--text:#e9ebef;--soft:#a0a8b6;
--experimental:#ff9a57;--control:#86aeff;--band-e:.17;--band-c:.16;
--held:#6fd69a;--held-ground:#12301f;--deviated:#ff8f85;--deviated-ground:#3a1715;
--inconclusive:#f0c264;--inconclusive-ground:#33280f;--neutral:#b9c0cc;--neutral-ground:#232830`;

/** The whole style of a report: no fonts or images from elsewhere. */
export const style = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.55 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main,footer{max-width:1064px;margin:0 auto;padding:0 32px}
main{padding-top:48px}
h1,h2,h3,p,ul,ol,dl,dd,figure,blockquote,table{margin:0;padding:0}
h1{font-size:26px;line-height:1.25;letter-spacing:-.015em;font-weight:650}
h2{font-size:18px;line-height:1.3;letter-spacing:-.01em;font-weight:620;margin-bottom:14px}
h3{font-size:14px;font-weight:600}
section{margin-top:52px}
.over{color:var(--soft);font-size:13px;margin-bottom:6px}
.title{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center}
.badge{display:inline-block;padding:2px 10px;border-radius:999px;font-size:13px;font-weight:600;white-space:nowrap;color:var(--neutral);background:var(--neutral-ground)}
.badge.held{color:var(--held);background:var(--held-ground)}
.badge.deviated,.badge.errored{color:var(--deviated);background:var(--deviated-ground)}
.badge.inconclusive{color:var(--inconclusive);background:var(--inconclusive-ground)}
.verdict{font-size:19px;line-height:1.5;letter-spacing:-.008em;margin-top:18px;max-width:46em;border-left:3px solid var(--neutral);padding-left:18px}
.verdict.held{border-color:var(--held)}.verdict.deviated,.verdict.errored{border-color:var(--deviated)}.verdict.inconclusive{border-color:var(--inconclusive)}
.facts{display:grid;grid-template-columns:repeat(4,1fr);gap:1px;margin-top:30px;border:1px solid var(--line);border-radius:10px;overflow:hidden;background:var(--line)}
.facts>div{background:var(--ground);padding:12px 16px}
dt{color:var(--soft);font-size:13px}
dd{font-weight:550}
dd small{display:block;font-weight:400}
small,.small{font-size:13px;color:var(--soft)}
blockquote{font-size:16px;max-width:46em}
.plain{list-style:none}
.plain li+li{margin-top:8px}
.prose{max-width:46em}
.prose+.prose,.note-below{margin-top:12px}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:14px;table-layout:fixed}
.journal{table-layout:auto}
.claims th:nth-child(1){width:25%}.claims th:nth-child(2),.claims th:nth-child(3){width:14%}.claims th:nth-child(4){width:28%}
.checks th:nth-child(1){width:24%}.checks th:nth-child(2),.checks th:nth-child(3),.checks th:nth-child(4){width:12%}.checks th:nth-child(5){width:18%}
.values{display:block;width:140px;max-width:100%;height:28px}.values polyline{fill:none;stroke:var(--soft);stroke-width:1.5}.values circle{fill:var(--deviated)}
.faults th:nth-child(2),.faults th:nth-child(3){width:16%}
caption{text-align:left;color:var(--soft);font-size:13px;padding-bottom:8px}
th,td{text-align:left;vertical-align:top;padding:11px 20px 11px 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{font-size:13px;font-weight:500;color:var(--soft);padding:8px 20px 8px 0}
tbody th{font-weight:550}
td small,th small{display:block;font-weight:400}
td b{font-weight:600}
.number{text-align:right}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:40px 48px;margin-top:20px}
.target{margin:52px 0 -4px;font-size:15px}
.chart{min-width:0;break-inside:avoid}
.wide{grid-column:1/-1}
figcaption{margin-bottom:10px}
.legend{margin-top:3px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 16px;font-size:13px;color:var(--soft)}
.legend b{color:var(--text);font-weight:600}
.key{width:24px;height:10px;margin-right:7px;vertical-align:0}
.plot{display:grid;grid-template-columns:auto 1fr;column-gap:8px;font-size:12px;color:var(--soft)}
.ys{position:relative;width:50px}
.ys span{position:absolute;right:0;transform:translateY(50%);white-space:nowrap}
.area{position:relative;height:200px}
.area>svg{display:block;width:100%;height:100%;overflow:visible}
.xs{grid-column:2;position:relative;height:22px;margin-top:5px}
.xs span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.xs .first{transform:none}.xs .last{transform:translateX(-100%)}
.x-title{grid-column:2;margin-top:-1px}
.note{position:absolute;white-space:nowrap;right:0;transform:translateY(-2px);line-height:1.2;padding:0 3px;color:var(--text);background:color-mix(in srgb,var(--ground) 78%,transparent);border-radius:3px}
.note.below{transform:translateY(calc(100% + 2px))}
.note.upright{right:auto;transform:none;margin-left:5px}
.note.upright.left{transform:translateX(-100%);margin-left:-5px}
.pin,.pin-key{display:inline-grid;place-items:center;width:16px;height:16px;border-radius:50%;font-size:11px;line-height:1;font-weight:600;color:var(--ground);background:var(--soft)}
.pin{position:absolute;transform:translateX(-50%)}
.pins{display:flex;flex-wrap:wrap;gap:4px 20px;font-size:13px;color:var(--soft);list-style:none}
.pin-key{margin-right:7px}
path{vector-effect:non-scaling-stroke;fill:none}
.grid{stroke:var(--line);stroke-width:1}
.line{stroke-width:2;stroke-linejoin:round}
.line.experimental{stroke:var(--experimental)}
.line.control{stroke:var(--control);stroke-dasharray:5 3}
.line.harm{stroke:var(--deviated)}
.line.kept{stroke:var(--held);stroke-dasharray:5 3}
.band.experimental{fill:var(--experimental);fill-opacity:var(--band-e)}
.band.control{fill:var(--control);fill-opacity:var(--band-c)}
.reference{stroke:var(--text);stroke-width:1;stroke-dasharray:2 3}
.mark{stroke:var(--soft);stroke-width:1}
.spot{fill:var(--text);fill-opacity:0}
.spot:hover{fill-opacity:.06}
details{border-top:1px solid var(--line)}
details:last-of-type{border-bottom:1px solid var(--line)}
summary{cursor:pointer;padding:12px 0;font-weight:550}
summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--control);outline-offset:2px}
.journal{font-size:13px;margin-bottom:12px}
.journal td,.journal th{padding-top:6px;padding-bottom:6px}
.journal td:nth-child(2){overflow-wrap:break-word}
.journal td:first-child{white-space:nowrap;color:var(--soft)}
footer{margin-top:64px;padding-top:20px;padding-bottom:40px;color:var(--soft);font-size:13px}
footer dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:10px 28px;border-top:1px solid var(--line);padding-top:20px}
footer dd{font-weight:400;color:var(--text)}
@media screen and (max-width:860px){.facts{grid-template-columns:1fr 1fr}}
@media screen and (max-width:700px){
main,footer{padding-left:20px;padding-right:20px}main{padding-top:28px}
h1{font-size:22px}.verdict{font-size:17px;padding-left:14px}section{margin-top:40px}
.facts>div{padding:10px 12px}
.stacked thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stacked,.stacked tbody,.stacked tr,.stacked td,.stacked tbody th,.stacked caption{display:block}
.stacked tr{padding:12px 0;border-bottom:1px solid var(--line)}
.stacked td,.stacked tbody th{border:0;padding:3px 0}
.stacked tbody tr th:nth-child(n){width:auto}
.stacked td[data-label]{display:grid;grid-template-columns:8.5em 1fr;gap:10px;text-align:left}
.stacked td[data-label]::before{content:attr(data-label);color:var(--soft);font-size:13px}
}
@media print{
:root{color-scheme:light;${light}}
@page{margin:16mm}
body{font-size:10.5pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main,footer{max-width:none;padding:0}
section{margin-top:28px}
section,tr,.facts,.verdict{break-inside:avoid}
section.long{break-inside:auto}
h2,figcaption{break-after:avoid}
details::details-content{content-visibility:visible;display:block;block-size:auto}
summary{list-style:none}
.charts{grid-template-columns:1fr 1fr;gap:24px 32px}
.area{height:150px}
}
`;
