import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

const modules = resolve(import.meta.dirname, '../../../node_modules');

/** Something on loopback that takes connections, and says how many it has taken. */
export interface TcpServer {
  readonly port: number;
  /** Connections since it was started. */
  readonly connections: () => number;
  /** Connections that are open now. */
  readonly open: () => number;
  stop(): Promise<void>;
}

/** Postgres itself, compiled to WebAssembly (PGlite), speaking its protocol on a port. */
export async function startPostgres(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const script = join(modules, '@electric-sql/pglite-socket/dist/scripts/server.js');
  const options = ['--db=memory://', '--port=0', '--host=127.0.0.1', '--max-connections=20'];
  const child = spawn(process.execPath, [script, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const port = await new Promise<number>((found, failed) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const [, text] = /"port":(\d+)/.exec(output) ?? [];
      if (text !== undefined) found(Number(text));
    });
    child.once('exit', () => failed(new Error(`Postgres has not started: ${output}`)));
  });
  return {
    port,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A cache that speaks as much of Redis' protocol as a client needs to connect and to read: every value is "42". */
export function startCache(): Promise<TcpServer> {
  return served(createServer(), (socket) => {
    socket.on('data', (data) => {
      const commands = data.toString().match(/\*\d+\r\n(?:\$\d+\r\n[^\r]*\r\n)+/g) ?? [];
      for (const command of commands) {
        const isRead = /^\*\d+\r\n\$\d+\r\nget\r\n/i.test(command);
        socket.write(isRead ? '$2\r\n42\r\n' : '+OK\r\n');
      }
    });
  });
}

/** Says back what it hears. */
export function startEcho(host?: string): Promise<TcpServer> {
  return served(createServer(), (socket) => socket.on('data', (data) => socket.write(data)), {
    ...(host === undefined ? {} : { host }),
  });
}

/** Resets every connection on which it hears something, in clear or over TLS. */
export function startResetting(): Promise<TcpServer> {
  return served(createServer(), (socket) => socket.once('data', () => socket.resetAndDestroy()));
}

export function startTlsEcho(): Promise<TcpServer> {
  return served(createTlsServer(selfSigned()), (socket) => socket.on('data', (data) => socket.write(data)), {
    event: 'secureConnection',
  });
}

export function startHttps(): Promise<TcpServer> {
  const server = createHttpsServer({ ...selfSigned(), keepAliveTimeout: 60_000 }, (request, response) => {
    request.resume().on('end', () => response.end('"real"'));
  });
  return served(server, () => undefined);
}

async function served(
  server: Server,
  take: (socket: Socket) => void,
  { host = '127.0.0.1', event = 'connection' }: { host?: string; event?: string } = {},
): Promise<TcpServer> {
  const open = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined); // a client that goes away is what this is about
  });
  server.on(event, (socket: Socket) => {
    socket.on('error', () => undefined);
    take(socket);
  });
  await new Promise<void>((done) => server.listen(0, host, done));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    open: () => open.size,
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

let certificate: { readonly key: string; readonly cert: string } | undefined;

/** A key and a certificate for localhost, made anew in each process: no key lies in the repository. */
function selfSigned(): { readonly key: string; readonly cert: string } {
  if (certificate !== undefined) return certificate;
  const folder = mkdtempSync(join(tmpdir(), 'inoculate-certificate-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-subj', '/CN=localhost', '-days', '2', '-addext', 'subjectAltName=DNS:localhost'];
    const options = ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert];
    try {
      execFileSync('openssl', options, { stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (cause) {
      throw new Error('These tests need the command openssl: see "npm test" in CONTRIBUTING.md.', { cause });
    }
    certificate = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
    return certificate;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
