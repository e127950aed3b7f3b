import type { Fragment } from './markup.ts';
import { html, Markup } from './markup.ts';
import { style } from './style.ts';

/** Nothing from anywhere else, and no script at all. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

export interface Document {
  readonly title: string;
  readonly inoculateVersion: string;
  readonly main: Fragment;
  readonly footer: Fragment;
  /** Style beyond that of all reports. */
  readonly ownStyle?: string;
}

/** A page that needs nothing but itself. */
export function document({ title, inoculateVersion, main, footer, ownStyle = '' }: Document): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="Inoculate ${inoculateVersion}" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        <style>
          ${new Markup(style + ownStyle)}
        </style>
      </head>
      <body>
        <main>${main}</main>
        ${footer}
      </body>
    </html> `.toString();
}
