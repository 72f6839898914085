// @vitest-environment node
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import { build, type Rolldown } from 'vite'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const MOST_BYTES = 15_000
/** As the server compresses it. */
const LEVEL = 6

beforeEach(() => {
  vi.stubEnv('NODE_ENV', 'production')
})
afterEach(() => {
  vi.unstubAllEnvs()
})

it('is small enough for any site: at most 15 kB on the way', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const built = (await build({
    root,
    configFile: `${root}/vite.widget.config.ts`,
    logLevel: 'silent',
    build: { write: false },
  })) as Rolldown.RolldownOutput[]
  const widget = built.flatMap(({ output }) => output).find((file) => file.type === 'chunk' && file.isEntry)
  const code = widget?.type === 'chunk' ? widget.code : ''
  expect(code).toContain('valvomo-chat')
  expect(gzipSync(code, { level: LEVEL }).length).toBeLessThanOrEqual(MOST_BYTES)
}, 60_000)
