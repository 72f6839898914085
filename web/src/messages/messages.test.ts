import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'

import { flatten } from './server'
import { LANGUAGES } from './index'

const here = import.meta.dirname
const source = join(here, '..')
const serverTexts = join(source, '../../src/valvomo/protocol/texts')

function read(folder: string, file: string): Record<string, string> {
  return flatten(JSON.parse(readFileSync(join(folder, file), 'utf8')))
}
function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort()
}
function expectSame(one: Record<string, string>, other: Record<string, string>): void {
  expect(Object.keys(other).sort()).toEqual(Object.keys(one).sort())
  const differing = Object.keys(one).filter((key) => String(placeholders(one[key] ?? '')) !== String(placeholders(other[key] ?? '')))
  expect(differing).toEqual([])
  expect(Object.keys(other).filter((key) => !other[key]?.trim())).toEqual([])
}

const files = readdirSync(join(here, 'en'))

describe.each(LANGUAGES.filter((language) => language !== 'en'))('catalogue %s', (language) => {
  it('has the same files as English', () => expect(readdirSync(join(here, language)).sort()).toEqual([...files].sort()))
  it.each(files)('has the same keys and placeholders in %s', (file) => expectSame(read(join(here, 'en'), file), read(join(here, language), file)))
  it.each(files)('has as many plural forms in %s', (file) => {
    const forms = (text: string | undefined) => (text ?? '').split(' | ').length
    const [one, other] = [read(join(here, 'en'), file), read(join(here, language), file)]
    expect(Object.keys(one).filter((key) => forms(one[key]) !== forms(other[key]))).toEqual([])
  })
  it('of the server has the same keys and placeholders', () =>
    expectSame(read(serverTexts, 'en.json'), read(serverTexts, `${language}.json`)))
})

describe.each(LANGUAGES)('texts in %s', (language) => {
  it.each(files)('can be said in %s', (file) => {
    const i18n = createI18n({ legacy: false, locale: language, messages: { [language]: JSON.parse(readFileSync(join(here, language, file), 'utf8')) as Record<string, string> } })
    const unsaid = Object.keys(read(join(here, language), file)).filter((key) => {
      try {
        i18n.global.t(key)
        return false
      } catch {
        return true
      }
    })
    expect(unsaid).toEqual([])
  })
})

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return ['widget', 'shop', 'messages'].includes(entry.name) ? [] : sources(path)
    return /\.(vue|ts)$/.test(entry.name) && !entry.name.endsWith('.test.ts') ? [path] : []
  })
}

describe('texts in use', () => {
  const english = Object.assign({}, ...files.map((file) => read(join(here, 'en'), file))) as Record<string, string>
  const server = read(serverTexts, 'en.json')
  const code = sources(source).map((path) => readFileSync(path, 'utf8')).join('\n')

  it('are all in the catalogue', () => {
    const used = [...code.matchAll(/\b(?:t|translate)\(\s*'([\w.]+)'/g)].map((match) => match[1] ?? '')
    expect(used.length).toBeGreaterThan(50)
    expect(used.filter((key) => !(key in english))).toEqual([])
  })
  it('of the server are all in its catalogue', () => {
    const used = [...code.matchAll(/\bserverText\(\s*'([^']+)'/g)].map((match) => match[1] ?? '')
    expect(used.filter((key) => !(key in server))).toEqual([])
  })
  it('include every place of the sidebar', () => {
    const used = [...code.matchAll(/label: '(nav\.\w+)'/g)].map((match) => match[1] ?? '')
    expect(used.filter((key) => !(key in english))).toEqual([])
  })
})
