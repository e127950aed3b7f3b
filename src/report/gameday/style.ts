/** What the report of a game day has beyond that of a run. */
export const gameDayStyle = `
.badge.aborted{color:var(--inconclusive);background:var(--inconclusive-ground)}
.purpose{margin-bottom:16px}
.steps{max-width:46em;padding-left:1.6em}
.steps li{padding-left:.3em}
.steps li+li{margin-top:8px}
.steps small{display:block}
.gameday-runs th:nth-child(1){width:36%}.gameday-runs th:nth-child(2){width:18%}.gameday-runs th:nth-child(3){width:16%}
.lanes{max-width:100%}
.lanes .legend{margin-bottom:14px}
.swatch{display:inline-block;width:24px;height:10px;margin-right:7px;border-radius:2px}
.swatch.fault{background:var(--neutral)}
.swatch.around{background:var(--neutral);opacity:.35;height:6px;margin-bottom:2px}
.swatch.pause{height:8px;border:1px dashed var(--soft)}
.lanes-area{position:relative;padding-bottom:26px}
.lanes-grid{position:absolute;left:0;top:0;width:100%;height:calc(100% - 22px)}
.lane{position:relative;padding:6px 0}
.lane-name{font-size:13px;font-weight:550;margin-bottom:4px}
.lane-name span{color:var(--soft);font-weight:400;margin-left:6px}
.lane svg{display:block;width:100%;height:16px}
.lane{--bar:var(--neutral)}
.lane.held{--bar:var(--held)}.lane.deviated,.lane.errored{--bar:var(--deviated)}.lane.inconclusive,.lane.aborted{--bar:var(--inconclusive)}
.bar{fill:var(--bar)}
.bar.around{fill-opacity:.35}
.bar.pause{fill:none;stroke:var(--soft);stroke-dasharray:3 2;vector-effect:non-scaling-stroke}
.lanes-area .xs{position:absolute;left:0;right:0;bottom:0;margin:0;font-size:12px;color:var(--soft)}
.lanes .x-title{font-size:12px;color:var(--soft)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.lesson+.lesson{margin-top:40px}
.lesson{break-inside:avoid}
.lesson-title{font-size:15px;margin-bottom:8px;display:flex;flex-wrap:wrap;gap:6px 10px;align-items:center}
.findings{margin-top:10px;color:var(--soft)}
.main-chart{margin-top:18px;max-width:700px}
.main-chart .pins{margin-bottom:10px}
.open{padding-left:1.2em}
.open li+li{margin-top:10px}
`;
