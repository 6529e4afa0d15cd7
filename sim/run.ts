import { simulate } from "./simulation.ts";
const from = Number(process.argv[2] ?? "1");
const to = Number(process.argv[3] ?? "1");
for (let seed = from; seed <= to; seed++) {
const t = performance.now();
const c = process.cpuUsage();
const r = await simulate({ seed, days: Number(process.argv[4] ?? "30"), orders: Number(process.argv[5] ?? "200"), ...(process.argv[6] ? { trace: (l: string) => console.log(l) } : {}) });
const cpu = process.cpuUsage(c);
console.log(seed, "steps", r.steps, "mails", r.mails, "wall", Math.round(performance.now() - t), "cpu", (cpu.user + cpu.system) / 1e6, r.digest.slice(0, 12));
if (process.argv[7]) console.log(r.faults);
for (const v of r.violations) console.log("  ", v.guarantee, new Date(v.at).toISOString(), v.what);
}
