/** How requests are sent again that the server refused for now. */
export interface RetryOptions {
  /** How often one request is repeated; 3 by default. */
  retries?: number;
  /** A longer wait, in seconds, is not worth it: the response is returned. 60 by default. */
  longestSeconds?: number;
  /** Called before each repeated request. */
  onRetry?: (request: Request, response: Response) => void;
}

const SAFE_TO_REPEAT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/**
 * Returns a `fetch` that sends a request again after 429, and after 503 if that has no second effect.
 * It waits for the seconds of `Retry-After`; without this header nothing is repeated.
 */
export function retrying(
  send: (request: Request) => Promise<Response>,
  { retries = 3, longestSeconds = 60, onRetry }: RetryOptions = {},
): (request: Request) => Promise<Response> {
  return async (request) => {
    for (let attempt = 0; ; attempt += 1) {
      const response = await send(request.clone());
      const seconds = waitSeconds(request, response);
      if (seconds === undefined || seconds > longestSeconds || attempt >= retries) {
        return response;
      }
      await response.body?.cancel();
      onRetry?.(request, response);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  };
}

function waitSeconds(request: Request, response: Response): number | undefined {
  const repeatable = SAFE_TO_REPEAT.has(request.method) || request.headers.has("Idempotency-Key");
  if (response.status !== 429 && !(response.status === 503 && repeatable)) {
    return undefined;
  }
  const after = response.headers.get("Retry-After") ?? "";
  return /^[0-9]+$/.test(after) ? Number(after) : undefined;
}
