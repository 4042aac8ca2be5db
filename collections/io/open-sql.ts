import { ShoalError } from "../../runtime/base/errors.ts";
import { type SqlAccess, type SqlDatabase, shownUrl } from "./sql-database.ts";

/**
 * Opens a database by its URL: `sqlite:data/shop.db`, `postgres://user@host/shop`.
 * @throws ShoalError NOT_SUPPORTED for another scheme, or where the database's package is not installed
 */
export async function openSql(url: string, access: SqlAccess = "read"): Promise<SqlDatabase> {
  const scheme = /^([a-z]+):/.exec(url)?.[1];
  if (scheme === "sqlite") return (await import("./sqlite-database.ts")).SqliteDatabase.open(url, access);
  if (scheme === "postgres" || scheme === "postgresql")
    return (await import("./postgres-database.ts")).PostgresDatabase.open(url);
  throw new ShoalError(`A database is sqlite:PATH or postgres://…, got ${shownUrl(url)}`, { code: "NOT_SUPPORTED" });
}
