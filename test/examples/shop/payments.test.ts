import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { charge, PaymentError } from '../../../examples/shop/shared/charge.ts';
import { listen } from './servers.ts';

let child: ChildProcess;
let url: string;

beforeAll(async () => {
  const free = await listen(createServer());
  await free.close();
  url = free.url;
  child = spawn(process.execPath, ['examples/shop/payments.ts'], {
    env: { ...process.env, PAYMENTS_PORT: new URL(url).port },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout !== null) await once(child.stdout, 'data');
});

afterAll(async () => {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await gone).toEqual([0, null]);
});

describe('the payment host of one machine', () => {
  it('charges what is within its limit, and declines the rest', async () => {
    expect(await charge(url, { orderId: 'a', customerId: 'c', amountCents: 1_000_000 })).toBe('paid');
    expect(await charge(url, { orderId: 'b', customerId: 'c', amountCents: 1_000_001 })).toBe('declined');
  });

  it('answers an order that is charged again as it did before', async () => {
    const ask = () =>
      fetch(`${url}/charges`, {
        method: 'POST',
        headers: { 'idempotency-key': 'twice' },
        body: '{"amountCents":1}',
      });
    expect(await (await ask()).json()).toEqual(await (await ask()).json());
  });

  it('refuses what is no charge', async () => {
    await expect(charge(url, { orderId: 'x', customerId: 'c', amountCents: Number.NaN })).rejects.toThrow(
      PaymentError,
    );
  });
});
