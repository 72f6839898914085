import { readFileSync } from 'node:fs'
import { fileURLToPath, URL } from 'node:url'

import { defineConfig, minify, transformWithOxc, type Plugin } from 'vite'

import { LANGUAGES } from './src/widget/texts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The loader that a site includes; it has to know the name of the widget's file, which holds a hash of it. */
function loader(): Plugin {
  return {
    name: 'loader',
    async generateBundle(_, bundle) {
      const widget = Object.values(bundle).find((file) => file.type === 'chunk' && file.isEntry)
      const source = readFileSync(here('./src/widget/loader.ts'), 'utf8')
      const { code } = await transformWithOxc(source, 'loader.ts', { target: 'es2022' })
      const named = code.replaceAll('WIDGET_FILE', JSON.stringify(widget?.fileName.replace('v1/', '')))
      const { code: small } = await minify('loader.js', `(()=>{${named}})()`)
      this.emitFile({ type: 'asset', fileName: 'v1/loader.js', source: small })
    },
  }
}

/** The languages, each a file with the widget's own words and those of the house's notices. */
function catalogues(): Plugin {
  const read = (path: string) => JSON.parse(readFileSync(here(path), 'utf8')) as Record<string, unknown>
  return {
    name: 'catalogues',
    generateBundle() {
      for (const language of LANGUAGES) {
        const { told } = read(`../src/valvomo/protocol/texts/${language}.json`)
        const source = JSON.stringify({ ...read(`./src/widget/messages/${language}.json`), told })
        this.emitFile({ type: 'asset', fileName: `v1/${language}.json`, source })
      }
    },
  }
}

/** The customer's widget: one file without a request to anywhere but its server. And the sample shop as it is. */
export default defineConfig({
  plugins: [loader(), catalogues()],
  // Preact's own function for elements: the runtime of the other way would be a second copy of it.
  oxc: { jsx: { runtime: 'classic', pragma: 'h', pragmaFrag: 'Fragment' } },
  publicDir: 'src/shop',
  build: {
    outDir: '../src/valvomo/static/widget',
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: ['chrome125', 'firefox125', 'safari17.5'],
    modulePreload: false,
    lib: { entry: here('./src/widget/element.tsx'), name: 'valvomoChat', formats: ['iife'] },
    rolldownOptions: { output: { entryFileNames: 'v1/widget-[hash].js' } },
  },
})
