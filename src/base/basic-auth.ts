import { hashToken } from "./ids.ts";

/** A user name (without a colon) and a password. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** The `Authorization` header of HTTP basic authentication (RFC 7617). */
export function basicAuth({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Whether an `Authorization` header carries one of the logins. Hashes are compared: the time it takes tells nothing of a password. */
export function carriesLogin(authorization: string | undefined, logins: readonly Login[]): boolean {
  const given = /^Basic +(\S+)$/i.exec(authorization ?? "")?.[1];
  return given !== undefined && logins.some((login) => hashToken(`Basic ${given}`) === hashToken(basicAuth(login)));
}
