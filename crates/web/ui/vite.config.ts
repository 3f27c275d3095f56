import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

// Everything is relative: the page works under any path prefix.
export default defineConfig({
  base: './',
  plugins: [preact()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
