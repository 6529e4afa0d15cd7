import { simulate } from "./simulation.ts";
const seed = Number(process.argv[2] ?? "1");
const t = performance.now();
const c = process.cpuUsage();
const r = await simulate({ seed, days: Number(process.argv[3] ?? "30"), orders: Number(process.argv[4] ?? "200"), ...(process.argv[5] ? { trace: (l: string) => console.log(l) } : {}) });
const cpu = process.cpuUsage(c);
console.log(JSON.stringify(r, null, 1), performance.now() - t, (cpu.user + cpu.system) / 1e6);
