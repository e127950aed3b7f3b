import { awsModels } from '../../generated/aws-models.ts';
import type { OutboundCall } from '../calls/call.ts';
import { isKnownService } from './resources.ts';

/** How a service and its clients put a call into HTTP. */
export type Protocol = 'json-1.0' | 'json-1.1' | 'rest-json' | 'rest-xml' | 'query' | 'ec2' | 'cbor';

/** The services beside S3 that speak REST with XML. All others that speak REST have JSON. */
const restXml: ReadonlySet<string> = new Set([
  's3express',
  's3-outposts',
  's3-object-lambda',
  'cloudfront',
  'route53',
]);

/** As the request shows it, else as the service has it. */
export function protocolOf(service: string, call: OutboundCall): Protocol {
  if (call.header('smithy-protocol') === 'rpc-v2-cbor') return 'cbor';
  const type = call.header('content-type') ?? '';
  if (call.header('x-amz-target') !== undefined) {
    return type.includes('x-amz-json-1.0') ? 'json-1.0' : 'json-1.1';
  }
  if (isQuery(call)) return service === 'ec2' ? 'ec2' : 'query';
  if (isKnownService(service) && awsModels[service].protocol.startsWith('rest')) {
    return awsModels[service].protocol;
  }
  return restXml.has(service) || /\bxml\b/.test(type) ? 'rest-xml' : 'rest-json';
}

/** The Query protocol puts the operation into a form, or into the query of a GET. */
export function isQuery(call: OutboundCall): boolean {
  return (
    (call.header('content-type') ?? '').startsWith('application/x-www-form-urlencoded') ||
    /[?&]Action=/.test(call.path)
  );
}
