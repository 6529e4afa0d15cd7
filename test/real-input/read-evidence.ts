import { createHash, generateKeyPairSync } from "node:crypto";
import { sql } from "../../src/base/db.ts";
import { invariant } from "../../src/base/errors.ts";
import { acceptEvidence, MAIL_SOURCE } from "../../src/outreach/index.ts";
import { startSpine } from "../spine/harness.ts";
import { describeReports } from "./describe.ts";
import { inputBytes, inputText, type Outcome } from "./table.ts";

const TOPIC = "arn:aws:sns:eu-central-1:123456789012:events";

const EVENT_WEBHOOKS = {
  mailgun: { type: "mailgun", signingKeys: ["a-key-for-recorded-events"] },
  postmark: { type: "postmark", basicAuth: [{ username: "makegood", password: "a-password-for-recorded-events" }] },
  sendgrid: { type: "sendgrid", publicKeys: [generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "der" }).toString("base64")] },
  ses: { type: "ses", topics: [TOPIC] },
};

/**
 * Keeps recorded events of a mail provider, or mails that came back, and has the product read them. Their signatures
 * were not recorded: those are put to the test by the evidence contract and by the vendors' vectors.
 */
export async function readEvidenceFiles(name: string, files: readonly string[]): Promise<ReadonlyMap<string, Outcome>> {
  const spine = await startSpine({ live: false, eventWebhooks: EVENT_WEBHOOKS });
  try {
    const reader = spine.runtime.evidence.readers.get(name);
    invariant(reader, `a reader "${name}" in this test's configuration`);
    const bodies = files.map((file) => ({ file, body: bodyOf(name, file) }));
    for (const { file, body } of bodies) invariant(await acceptEvidence(spine.opened.ports, spine.store, name, body), `${file} to be kept`);
    await spine.work();
    const seen = new Map<string, Outcome>();
    for (const { file, body } of bodies) {
      const { state = "lost", reason = null } = await endOf(spine.db, body);
      seen.set(file, { became: describeReports(await reader.read(body, spine.now()), spine.now()), ended: reason === null ? state : `${state}: ${reason}` });
    }
    return seen;
  } finally {
    await spine.stop();
  }
}

/** A recorded event stands beside the place it was taken from; what a topic carries is recorded bare or as posted. */
function bodyOf(name: string, file: string): Uint8Array {
  if (name === MAIL_SOURCE) return inputBytes(file);
  const { payload } = JSON.parse(inputText(file)) as { payload: object };
  if (name !== "ses") return Buffer.from(JSON.stringify(payload));
  const posted = { Type: "Notification", MessageId: "1", TopicArn: TOPIC, Timestamp: "2026-10-05T08:00:00.000Z", SignatureVersion: "2", Signature: "", SigningCertURL: "" };
  return Buffer.from(JSON.stringify({ ...posted, ...("Message" in payload ? payload : { Message: JSON.stringify(payload) }) }));
}

async function endOf(db: Awaited<ReturnType<typeof startSpine>>["db"], body: Uint8Array): Promise<{ state?: string; reason?: string | null }> {
  const key = createHash("sha256").update(body).digest("hex");
  const [row] = await db.rows<{ state: string; reason: string | null }>(sql("select state, reason from evidence_inbox where dedupe_key = $1"), [key]);
  return row ?? {};
}
