import { batched, prepared, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";
import { snapshot, type Playbook } from "../../playbooks/index.ts";
import type { CaseFacts } from "../core/model.ts";

export interface IncidentRow {
  readonly id: string;
  readonly playbook: string;
  readonly version: string;
  readonly scope: { readonly orderId: string; readonly cause: string };
  readonly shadow: boolean;
  readonly openedAt: Instant;
}

export interface StatementRow {
  readonly incidentId: string;
  readonly version: number;
  readonly choices: Readonly<Record<string, string>>;
  readonly releasedBy: string;
}

export interface CaseRow {
  readonly id: string;
  readonly incidentId: string;
  readonly recipient: string;
  readonly orderId: string;
  readonly cause: string;
  readonly openedAt: Instant;
  readonly facts: CaseFacts;
  readonly factsRevision: number;
  readonly tellBy: Instant;
  readonly standing: string;
  readonly standingWhy: string | null;
  readonly noticeId: string | null;
  readonly conflict: string | null;
}

export interface NoticeRow {
  readonly id: string;
  readonly incidentId: string;
  readonly recipient: string;
  readonly caseId: string;
  readonly orderId: string;
  readonly kind: string;
  readonly statementVersion: number;
  readonly factsRevision: number;
  readonly facts: CaseFacts;
  readonly causeAt: Instant;
  readonly tellBy: Instant;
}

/** Playbooks whose version this store has not used yet. */
export async function unknownVersions(tx: Tx, store: StoreId, playbooks: readonly Playbook[]): Promise<Playbook[]> {
  const known = await tx.rows<{ playbook: string; version: string }>(
    batched("incidents.knownVersions", `select playbook, version from playbook_versions where store_id = $1 and version = any($2::text[])`),
    [store, playbooks.map((playbook) => playbook.version)],
  );
  const keys = new Set(known.map((row) => `${row.playbook}@${row.version}`));
  return playbooks.filter((playbook) => !keys.has(`${playbook.slug}@${playbook.version}`));
}

/** Keeps a playbook as it is now, for the cases that start with it. */
export async function insertVersions(tx: Tx, store: StoreId, playbooks: readonly Playbook[], now: Instant): Promise<void> {
  await tx.rows(
    prepared(
      "incidents.insertVersions",
      `insert into playbook_versions (store_id, playbook, version, content, first_used_at)
       select $1, x.playbook, x.version, x.content, ms($3) from json_to_recordset($2::json) as x(playbook text, version text, content jsonb)
       order by x.playbook, x.version on conflict do nothing`,
    ),
    [store, JSON.stringify(playbooks.map((playbook) => ({ playbook: playbook.slug, version: playbook.version, content: snapshot(playbook) }))), now],
  );
}

export async function insertIncidents(tx: Tx, store: StoreId, incidents: readonly IncidentRow[]): Promise<void> {
  await tx.rows(
    prepared(
      "incidents.insertIncidents",
      `insert into incidents (store_id, incident_id, playbook, version, scope, shadow, opened_at)
       select $1, x.id, x.playbook, x.version, x.scope, x.shadow, ms(x."openedAt")
       from json_to_recordset($2::json) as x(id uuid, playbook text, version text, scope jsonb, shadow boolean, "openedAt" bigint)
       order by x.id`,
    ),
    [store, JSON.stringify(incidents)],
  );
}

export async function insertStatements(tx: Tx, store: StoreId, statements: readonly StatementRow[], now: Instant): Promise<void> {
  await tx.rows(
    prepared(
      "incidents.insertStatements",
      `insert into statements (store_id, incident_id, version, choices, released_at, released_by)
       select $1, x."incidentId", x.version, x.choices, ms($3), x."releasedBy"
       from json_to_recordset($2::json) as x("incidentId" uuid, version integer, choices jsonb, "releasedBy" text)`,
    ),
    [store, JSON.stringify(statements), now],
  );
}

export async function insertCases(tx: Tx, store: StoreId, cases: readonly CaseRow[]): Promise<void> {
  await tx.rows(
    prepared(
      "incidents.insertCases",
      `insert into cases (store_id, case_id, incident_id, recipient, order_id, cause, opened_at, facts, facts_revision,
                          tell_by, standing, standing_why, notice_id, conflict)
       select $1, x.id, x."incidentId", x.recipient, x."orderId", x.cause, ms(x."openedAt"), x.facts, x."factsRevision",
              ms(x."tellBy"), x.standing, x."standingWhy", x."noticeId", x.conflict
       from json_to_recordset($2::json) as x(id uuid, "incidentId" uuid, recipient text, "orderId" text, cause text, "openedAt" bigint,
              facts jsonb, "factsRevision" integer, "tellBy" bigint, standing text, "standingWhy" text, "noticeId" uuid, conflict text)
       order by x.id`,
    ),
    [store, JSON.stringify(cases)],
  );
}

/** A notice that stands already (the same words about the same facts) is left as it is. */
export async function insertNotices(tx: Tx, store: StoreId, notices: readonly NoticeRow[], now: Instant): Promise<void> {
  if (notices.length === 0) return;
  await tx.rows(
    prepared(
      "incidents.insertNotices",
      `insert into notices (store_id, notice_id, incident_id, recipient, case_id, order_id, kind, statement_version, facts_revision,
                            facts, cause_at, written_at, tell_by, state)
       select $1, x.id, x."incidentId", x.recipient, x."caseId", x."orderId", x.kind, x."statementVersion", x."factsRevision",
              x.facts, ms(x."causeAt"), ms($3), ms(x."tellBy"), 'new'
       from json_to_recordset($2::json) as x(id uuid, "incidentId" uuid, recipient text, "caseId" uuid, "orderId" text, kind text,
              "statementVersion" integer, "factsRevision" integer, facts jsonb, "causeAt" bigint, "tellBy" bigint)
       order by x.id on conflict do nothing`,
    ),
    [store, JSON.stringify(notices), now],
  );
}

/** A case that an order has already. */
export interface KnownCase {
  readonly orderId: string;
  readonly playbook: string;
  readonly cause: string;
  readonly caseId: string;
}

export function knownCases(tx: Tx, store: StoreId, orderIds: readonly string[]): Promise<KnownCase[]> {
  return tx.rows<KnownCase>(
    batched(
      "incidents.knownCases",
      `select c.order_id as "orderId", i.playbook, c.cause, c.case_id as "caseId"
       from cases c join incidents i on i.store_id = c.store_id and i.incident_id = c.incident_id
       where c.store_id = $1 and c.order_id = any($2::text[])`,
    ),
    [store, orderIds],
  );
}
