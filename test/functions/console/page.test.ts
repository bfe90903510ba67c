import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildConsole } from '../../../console/build.ts';
import { FILES, type FileList } from '../../../functions/console/file-list.ts';
import type { HttpAnswer } from '../../../functions/http/answer.ts';
import { type Ask, createConsoleWorld } from './console-world.ts';

const PAGE = 'GET /console';
const FILE = 'GET /console/{file}';
const ASSET = 'GET /console/assets/{file}';

let built: string;
let list: FileList['files'];
beforeAll(async () => {
  built = await buildConsole();
  list = (JSON.parse(await readFile(join(built, FILES), 'utf8')) as FileList).files;
});

const ask = (what: Ask): Promise<HttpAnswer> => createConsoleWorld({ files: built }).ask(what);
const bytesOf = ({ body, isBase64Encoded }: HttpAnswer): Buffer =>
  Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
const asks = (name: string): Ask =>
  name.startsWith('assets/')
    ? { route: ASSET, file: name.slice('assets/'.length) }
    : { route: FILE, file: name };

describe('the page of the console', () => {
  it('is what was built, the same in every form that a browser takes', async () => {
    const names = Object.keys(list);
    expect(names).toContain('index.html');
    expect(names.some((name) => /^assets\/.+\.js$/.test(name))).toBe(true);
    for (const name of names) {
      const plain = await readFile(join(built, name));
      const forms = { '': (one: Buffer) => one, gzip: gunzipSync, 'gzip, deflate, br': brotliDecompressSync };
      for (const [accepted, open] of Object.entries(forms)) {
        const answer = await ask({ ...asks(name), headers: { 'accept-encoding': accepted } });
        expect(answer.statusCode).toBe(200);
        const isPlain = answer.headers['content-encoding'] === undefined;
        expect((isPlain ? bytesOf(answer) : open(bytesOf(answer))).equals(plain)).toBe(true);
        expect(answer.headers.vary).toBe('accept-encoding');
      }
    }
  });

  it('is smaller for whoever takes brotli, and whole for whoever takes nothing of it', async () => {
    const encodingFor = async (accepted: string) =>
      (await ask({ route: PAGE, headers: { 'accept-encoding': accepted } })).headers['content-encoding'];
    expect(await encodingFor('gzip, deflate, br, zstd')).toBe('br');
    expect(await encodingFor('GZIP')).toBe('gzip');
    expect(await encodingFor('br;q=0, gzip;q=0.5')).toBe('gzip');
    expect(await encodingFor('br;q=0.0, gzip;q=0')).toBeUndefined();
    expect(await encodingFor('brotli')).toBeUndefined();
  });

  it('may run, show and reach nothing but its own files, and be framed by nobody', async () => {
    for (const what of [{ route: PAGE }, asks('icon.svg'), ...Object.keys(list).slice(0, 2).map(asks)]) {
      const { headers } = await ask(what);
      const policy = Object.fromEntries(
        (headers['content-security-policy'] ?? '').split('; ').map((one) => one.split(/ (.*)/s).slice(0, 2)),
      );
      expect(policy).toEqual({
        'default-src': "'none'",
        'script-src': "'self'",
        'style-src': "'self'",
        'img-src': "'self'",
        'connect-src': "'self'",
        'form-action': "'self'",
        'base-uri': "'none'",
        'frame-ancestors': "'none'",
      });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
        'strict-transport-security': 'max-age=31536000',
      });
    }
  });

  it('asks for TLS from now on where there is TLS, and not on this machine', async () => {
    expect((await ask({ route: PAGE, local: true })).headers).not.toHaveProperty('strict-transport-security');
  });

  it('has nothing in it that its own policy forbids: no inline script or style, and no address elsewhere', async () => {
    const text = bytesOf(await ask({ route: PAGE })).toString();
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:\/\//i);
    for (const [, address = ''] of text.matchAll(/(?:src|href)="([^"]+)"/g))
      expect(address).toMatch(/^(?:console\/[\w./-]+|status)$/);
  });

  it('names only files that are there', async () => {
    const text = bytesOf(await ask({ route: PAGE })).toString();
    const named = [...text.matchAll(/(?:src|href)="console\/([^"]+)"/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(2);
    for (const name of named) expect((await ask(asks(name))).statusCode).toBe(200);
  });

  it('keeps assets for ever, since their names change with them, and the page not without asking', async () => {
    const [asset = ''] = Object.keys(list).filter((name) => name.startsWith('assets/'));
    expect((await ask(asks(asset))).headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await ask({ route: PAGE })).headers['cache-control']).toBe('no-cache');
  });

  it('is not sent again to whoever has it, in the form that they have', async () => {
    const headers = { 'accept-encoding': 'br' };
    const { headers: sent } = await ask({ route: PAGE, headers });
    const tag = sent.etag ?? '';
    expect(
      await ask({ route: PAGE, headers: { ...headers, 'if-none-match': `"x", W/${tag}` } }),
    ).toMatchObject({
      ...{ statusCode: 304, body: '' },
    });
    expect((await ask({ route: PAGE, headers: { 'if-none-match': tag } })).statusCode).toBe(200);
  });

  it.each([
    'files.json',
    'index.html.br',
    '../package.json',
    '..',
    '.',
    'assets',
    'assets/../index.html',
    '%2e%2e/package.json',
    'icon.svg\0.js',
    '__proto__',
    'constructor',
    '/etc/passwd',
    'INDEX.HTML',
  ])('has no file of the name %j', async (file) => {
    for (const route of [FILE, ASSET]) {
      const answer = await ask({ route, file });
      expect(answer).toMatchObject({ statusCode: 404, headers: { 'x-content-type-options': 'nosniff' } });
    }
  });

  it('has no other file than those of the build, whatever it is asked for', async () => {
    const world = createConsoleWorld({ files: built });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.webPath(), fc.string({ unit: 'binary' })), async (file) => {
        fc.pre(!Object.hasOwn(list, file) && !Object.hasOwn(list, `assets/${file}`));
        for (const route of [FILE, ASSET]) expect((await world.ask({ route, file })).statusCode).toBe(404);
      }),
    );
  });

  it('is where the bare address leads', async () => {
    expect(await ask({ route: 'GET /' })).toMatchObject({
      statusCode: 302,
      headers: { location: 'console' },
    });
  });

  it('needs no sign-in', async () => {
    expect((await ask({ route: PAGE })).cookies).toBeUndefined();
  });
});

describe('a page that is still being built', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'claywatch-page-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('says so, comes by itself, and is there as soon as it is built', async () => {
    const world = createConsoleWorld({ files: join(dir, 'page') });
    const early = await world.ask({ route: PAGE });
    expect(early).toMatchObject({ statusCode: 503, headers: { refresh: '1', 'cache-control': 'no-store' } });
    expect(world.faults).toEqual([]);
    await mkdir(join(dir, 'page'));
    await writeFile(join(dir, 'page/index.html'), '<!doctype html>');
    const files: FileList = { files: { 'index.html': { type: 'text/html', hash: 'h', encodings: [] } } };
    await writeFile(join(dir, 'page', FILES), JSON.stringify(files));
    const answer = await world.ask({ route: PAGE });
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/html', etag: '"h"' } });
    expect(bytesOf(answer).toString()).toBe('<!doctype html>');
  });
});
