import { resolve } from 'node:path';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  experimental: {
    // The page is at `<endpoint>/console`, without a slash at its end, below whatever path the endpoint has; what
    // scripts and styles name is beside them.
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `console/${file}` : { relative: true }),
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: resolve(import.meta.dirname, 'dist/by-hand'),
    emptyOutDir: true,
    target: 'es2023',
    // Browsers that know light-dark(): it is not rewritten.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    sourcemap: false,
    // Inlined files would be data: URLs, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One file of styles: a page that is fetched later brings none that would move the others.
    cssCodeSplit: false,
  },
});
