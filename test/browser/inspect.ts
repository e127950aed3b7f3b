import type { Page } from 'playwright-core';

/** What a reader's eyes would find, asked of the page itself; as text, since it runs in the browser. */
const inspection = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const known = new Map();
  const channels = (colour) => {
    if (!known.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      known.set(colour, [...canvas.getImageData(0, 0, 1, 1).data]);
    }
    return known.get(colour);
  };
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const opaque = (colour) => channels(colour)[3] === 255;
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (opaque(colour)) return colour;
    }
    return 'white';
  };
  const ownText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
  const texts = [...document.querySelectorAll('body *')].filter((one) => !one.closest('svg') && ownText(one));
  const contrasts = texts.map((element) => {
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(ground(element))];
    return { what: element.tagName + '.' + element.className, ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
  });
  const charts = [...document.querySelectorAll('svg[role=img]')].map((svg) => ({
    title: svg.getAttribute('aria-labelledby').split(' ').map((id) => document.getElementById(id)?.textContent.trim() ?? '').join('|'),
    height: svg.getBoundingClientRect().height,
    lines: [...svg.querySelectorAll('path.line')].filter((path) => path.getTotalLength() > 0).length,
  }));
  return {
    ground: ground(document.body),
    worst: contrasts.sort((a, b) => a.ratio - b.ratio)[0],
    texts: contrasts.length,
    charts,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    injected: String(globalThis.injected),
    active: document.querySelectorAll('script, iframe, img, object, embed, form').length,
    headings: [...document.querySelectorAll('h1, h2, h3')].map((one) => Number(one.tagName[1])),
    tables: document.querySelectorAll('table').length,
    captions: document.querySelectorAll('table > caption').length,
    journalHeight: document.querySelector('details table')?.getBoundingClientRect().height ?? -1,
  };
})()`;

export interface Inspection {
  readonly ground: string;
  readonly worst: { readonly what: string; readonly ratio: number };
  readonly texts: number;
  readonly charts: readonly { readonly title: string; readonly height: number; readonly lines: number }[];
  readonly overflow: number;
  readonly injected: string;
  readonly active: number;
  readonly headings: readonly number[];
  readonly tables: number;
  readonly captions: number;
  readonly journalHeight: number;
}

export function inspect(page: Page): Promise<Inspection> {
  return page.evaluate<Inspection>(inspection);
}
