import { parsedRetryAfter, SlackError, SlackRateLimited, send, serviceAddress } from './slack-http.ts';

export { SlackError, SlackRateLimited } from './slack-http.ts';

export interface SlackApiSettings {
  /** `https://slack.com/api`, or another that speaks like it. */
  readonly baseUrl: string;
  readonly token: string;
  readonly timeoutMs: number;
}

/** What Slack answers where it is content; each method adds fields of its own. */
export type SlackAnswer = Readonly<Record<string, unknown>>;

export interface SlackApi {
  /** Throws `SlackRateLimited` where Slack wants us to wait, else `SlackError`. No error tells the token. */
  call(method: string, body: Readonly<Record<string, unknown>>): Promise<SlackAnswer>;
}

/** Only these take JSON; every method takes a form. */
const takesJson = /^(chat|views|conversations)\./;
const methodPattern = /^[a-z]+(\.[a-zA-Z]+)+$/;

/**
 * Slack's Web API. One POST for each call is all that is needed of it, so that no package of Slack's is bundled into the
 * functions; the types of its messages come from `@slack/types`, which leaves nothing at run time.
 */
export function slackApi({ baseUrl, token, timeoutMs }: SlackApiSettings): SlackApi {
  const base = serviceAddress(baseUrl, "the address of Slack's API");
  // A header with anything else in it makes fetch throw an error that quotes the token.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new SlackError('invalid_token', 'the stored token is not a token');
  return {
    async call(method, body) {
      if (!methodPattern.test(method)) throw new Error(`Slack has no method ${JSON.stringify(method)}`);
      const json = takesJson.test(method);
      const response = await send(new URL(`${base.pathname.replace(/\/$/, '')}/${method}`, base), method, {
        timeoutMs,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': json
            ? 'application/json; charset=utf-8'
            : 'application/x-www-form-urlencoded; charset=utf-8',
        },
        body: json ? JSON.stringify(body) : formOf(body),
      });
      if (response.status === 429) throw new SlackRateLimited(parsedRetryAfter(response.retryAfter));
      if (response.status >= 300)
        throw new SlackError(`http_${response.status}`, `${method} was answered with ${response.status}`);
      return answerOf(method, response.text);
    },
  };
}

function formOf(body: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(body).filter(([, value]) => value !== undefined);
  return new URLSearchParams(
    fields.map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ).toString();
}

function answerOf(method: string, text: string): SlackAnswer {
  const answer = parsedObject(text);
  if (answer === undefined) throw new SlackError('not_json', `${method} was not answered with JSON`);
  if (answer['ok'] === true) return answer;
  const code = typeof answer['error'] === 'string' ? answer['error'] : 'unknown_error';
  if (code === 'ratelimited' || code === 'rate_limited')
    throw new SlackRateLimited(parsedRetryAfter(undefined));
  throw new SlackError(code, `${method} was refused`, detailsOf(answer));
}

function parsedObject(text: string): SlackAnswer | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? { ...answer } : undefined;
  } catch {
    return undefined;
  }
}

/** What Slack says of blocks that it refuses: places in the message, nothing of its text. */
function detailsOf(answer: SlackAnswer): readonly string[] {
  const { errors, needed } = answer;
  const found: readonly unknown[] = Array.isArray(errors) ? errors : [];
  return [
    ...found.filter((one) => typeof one === 'string').slice(0, 5),
    ...(typeof needed === 'string' ? [`needs the scope ${needed}`] : []),
  ];
}
