import { systemClock } from "../../clock.ts";
import { startWorker } from "../../runtime/worker.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { openService, untilStopped } from "../service.ts";

export const command: Command = {
  summary: "Do the work: read deliveries, watch promises, send notices, page people. Any number may run on one database.",
  usage: "worker --config makegood.yaml",
  options: COMMON_OPTIONS,
  async run(args, terminal) {
    const opened = await openService(args, terminal, systemClock);
    const worker = await startWorker(opened, { pace: 1 });
    terminal.out("makegood worker is at work");
    const fenced = await Promise.race([untilStopped(terminal).then(() => false), worker.fenced.then(() => true)]);
    await worker.stop();
    await opened.close();
    if (fenced) terminal.err("A newer worker has taken over this database; this one has stopped.");
    return fenced ? 1 : 0;
  },
};
