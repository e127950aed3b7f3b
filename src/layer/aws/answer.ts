import { randomUUID } from 'node:crypto';
import type { OutboundCall } from '../calls/call.ts';
import { cborMap } from '../cbor.ts';
import type { Answer } from '../faults/module.ts';
import { errorOf, type AwsError } from './errors.ts';
import { protocolOf } from './protocol.ts';

/** The answer as the service itself would give it, in the protocol of the call. */
export function awsErrorAnswer(service: string, error: string, call: OutboundCall): Answer {
  const protocol = protocolOf(service, call);
  const facts = errorOf(service, error, protocol);
  if (facts === undefined) throw new Error(`${service} never answers ${error}`);
  switch (protocol) {
    case 'json-1.0':
    case 'json-1.1':
      return json(facts, protocol, call);
    case 'cbor':
      return cbor(facts);
    case 'rest-json':
      return restJson(facts, service);
    case 'rest-xml':
      return service.startsWith('s3') ? s3(facts, call) : xml(facts, queryBody(facts), 'x-amzn-RequestId');
    case 'query':
      return xml(facts, queryBody(facts), 'x-amzn-RequestId');
    case 'ec2':
      return xml(facts, ec2Body(facts), 'x-amzn-RequestId');
  }
}

/** JSON 1.0 names an error by its absolute shape id, JSON 1.1 by its name. */
function json(error: AwsError, protocol: 'json-1.0' | 'json-1.1', call: OutboundCall): Answer {
  const type = protocol === 'json-1.0' ? `${error.namespace}#${error.name}` : error.name;
  // Services that once spoke the Query protocol repeat its code for clients that know only that.
  const queryError =
    call.header('x-amzn-query-mode') === 'true'
      ? { 'x-amzn-query-error': `${error.code};${error.status < 500 ? 'Sender' : 'Receiver'}` }
      : {};
  return {
    status: error.status,
    // Without x-amz-crc32 nothing is checked against it.
    headers: {
      'Content-Type': `application/x-amz-${protocol}`,
      'x-amzn-RequestId': randomUUID(),
      ...queryError,
    },
    body: JSON.stringify({ __type: type, ...membersOf(error) }),
  };
}

function cbor(error: AwsError): Answer {
  return {
    status: error.status,
    headers: {
      'Content-Type': 'application/cbor',
      'smithy-protocol': 'rpc-v2-cbor',
      'x-amzn-RequestId': randomUUID(),
    },
    body: cborMap({ __type: `${error.namespace}#${error.name}`, message: error.message }),
  };
}

function restJson(error: AwsError, service: string): Answer {
  // Lambda says of every error whose it is.
  const side = service === 'lambda' ? { Type: error.status < 500 ? 'User' : 'Server' } : {};
  return {
    status: error.status,
    headers: {
      'Content-Type': 'application/json',
      'x-amzn-RequestId': randomUUID(),
      'x-amzn-errortype': error.name,
    },
    body: JSON.stringify({ ...side, ...membersOf(error) }),
  };
}

function membersOf(error: AwsError): Record<string, unknown> {
  return { ...error.members, [error.messageMember]: error.message };
}

function s3(error: AwsError, call: OutboundCall): Answer {
  const [resource = '/'] = call.path.split('?');
  const id = randomUUID();
  const answer = xml(
    error,
    `<Error><Code>${escaped(error.code)}</Code><Message>${escaped(error.message)}</Message><Resource>${escaped(resource)}</Resource><RequestId>${id}</RequestId><HostId>${id}</HostId></Error>`,
    'x-amz-request-id',
  );
  return { ...answer, headers: { ...answer.headers, 'x-amz-request-id': id, 'x-amz-id-2': id } };
}

function queryBody(error: AwsError): string {
  const side = error.status < 500 ? 'Sender' : 'Receiver';
  return `<ErrorResponse><Error><Type>${side}</Type><Code>${escaped(error.code)}</Code><Message>${escaped(error.message)}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
}

function ec2Body(error: AwsError): string {
  return `<Response><Errors><Error><Code>${escaped(error.code)}</Code><Message>${escaped(error.message)}</Message></Error></Errors><RequestID>${randomUUID()}</RequestID></Response>`;
}

function xml(error: AwsError, body: string, idHeader: string): Answer {
  return {
    status: error.status,
    headers: { 'Content-Type': 'text/xml', [idHeader]: randomUUID() },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
