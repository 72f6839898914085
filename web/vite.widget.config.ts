import { readFileSync } from 'node:fs'
import { fileURLToPath, URL } from 'node:url'

import { build, defineConfig, minify, transformWithOxc, type Plugin, type Rolldown } from 'vite'

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

const JSX = { jsx: { runtime: 'classic', pragma: 'h', pragmaFrag: 'Fragment' } } as const
const TARGETS = { target: 'es2022', cssTarget: ['chrome125', 'firefox125', 'safari17.5'] }

/** Preact as the widget has it already: what comes later draws with the same one. */
function hosted(): Plugin {
  return {
    name: 'hosted',
    enforce: 'pre',
    resolveId: (id) => (id === 'preact' ? '\0preact' : null),
    load: (id) => (id === '\0preact' ? 'export const { Component, createRef, Fragment, h } = globalThis.valvomoPreact' : null),
  }
}

/** What is needed once one talks, and what calls need, each in a file of its own. */
const LATER = { later: './src/widget/later/later.tsx', calls: './src/widget/later/calls/calls.tsx' }

function later(): Plugin {
  return {
    name: 'later',
    async generateBundle() {
      for (const [name, entry] of Object.entries(LATER)) {
        const built = (await build({
          configFile: false,
          logLevel: 'silent',
          publicDir: false,
          plugins: [hosted()],
          oxc: JSX,
          build: { ...TARGETS, write: false, lib: { entry: here(entry), formats: ['es'] }, minify: true },
        })) as Rolldown.RolldownOutput[]
        const chunk = built.flatMap(({ output }) => output).find((file) => file.type === 'chunk')
        const { code } = await minify(`${name}.js`, chunk?.type === 'chunk' ? chunk.code : '', { module: true })
        this.emitFile({ type: 'asset', fileName: `v1/${name}.js`, source: code })
      }
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
  plugins: [loader(), catalogues(), later()],
  // Preact's own function for elements: the runtime of the other way would be a second copy of it.
  oxc: JSX,
  publicDir: 'src/shop',
  build: {
    outDir: '../src/valvomo/static/widget',
    emptyOutDir: true,
    ...TARGETS,
    modulePreload: false,
    lib: { entry: here('./src/widget/element.tsx'), name: 'valvomoChat', formats: ['iife'] },
    rolldownOptions: { output: { entryFileNames: 'v1/widget-[hash].js' } },
  },
})
