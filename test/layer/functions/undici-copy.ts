// A copy of undici of its own, as a bundle brings one along.
export { default } from 'undici';
