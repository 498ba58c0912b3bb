import createFetchClient, { type Client, type ClientOptions } from "openapi-fetch";
import { type RetryOptions, retrying } from "./retries.js";
import type { paths } from "./schema.js";

export * from "./headers.js";
export * from "./problems.js";
export * from "./retries.js";
export type * from "./schema.js";

/** Options of openapi-fetch, and of the retries. */
export type Options = ClientOptions & RetryOptions;

/** Returns a client of openapi-fetch for all operations, which retries refused requests. */
export function createClient(options: Options = {}): Client<paths> {
  const { retries, longestSeconds, onRetry, fetch = globalThis.fetch, ...others } = options;
  const retryOptions = Object.fromEntries(
    Object.entries({ retries, longestSeconds, onRetry }).filter(([, value]) => value !== undefined),
  );
  return createFetchClient<paths>({ ...others, fetch: retrying((request) => fetch(request), retryOptions) });
}
