import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Nothing of the browser's own may reach for the network while a page is watched. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser of CHROMIUM_PATH, or one where it usually is. In CI a missing one is an error, elsewhere it is null. */
export function findChromium(): string | null {
  const given = process.env['CHROMIUM_PATH'];
  const found = (given === undefined ? usualPlaces : [given]).find((path) => existsSync(path));
  if (found !== undefined) return found;
  const problem = `no Chromium at ${given ?? usualPlaces.join(', ')}: set CHROMIUM_PATH`;
  if (process.env['CI'] !== undefined || given !== undefined) throw new Error(problem);
  process.stdout.write(`The report was not tried in a browser: ${problem}\n`);
  return null;
}

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags });
}
