import { fileURLToPath, URL } from 'node:url'

import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const server = process.env.VALVOMO_URL ?? 'http://127.0.0.1:8300'

/** The console. The widget is a second, self-contained build with a config of its own. */
export default defineConfig({
  plugins: [vue(), tailwindcss()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    outDir: '../src/valvomo/static',
    emptyOutDir: true,
    assetsDir: 'assets',
    // The content security policy allows no data: fonts and no inline styles; keep every asset a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Otherwise what two pages share is a file of its own, and a page is made of more than a hundred.
        codeSplitting: {
          groups: [
            { name: 'icons', test: /lucide/, minShareCount: 2, priority: 1 },
            { name: 'shared', test: (id) => !/echarts|zrender|texts/.test(id), minShareCount: 3 },
          ],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    fs: { allow: ['..'] },
    proxy: {
      '/api': { target: server, ws: true },
      '/widget': { target: server, ws: true },
    },
  },
  // A limit for what hangs: what is slow on a machine with much else to do is right all the same.
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
})
