import type { Problem } from '@/api/problem'

import { isComplete, serverText, type Facts } from './server'

/** The server writes its documents in the caller's language; the catalogue is for what it did not write. */
export function problemTitle(problem: Problem): string {
  return serverText(`problem.${problem.type}.title`, problem.facts) ?? problem.title
}

export function problemDetail(problem: Problem): string {
  return problem.detail || (serverText(`problem.${problem.type}.detail`, problem.facts) ?? '')
}

/** Why an act is not allowed, from the reason code in a row's `acts`: the whole sentence where its facts are known. */
export function reasonText(code: string, facts: Facts = {}): string {
  const title = serverText(`problem.${code}.title`, facts) ?? code
  const detail = `problem.${code}.detail`
  return isComplete(detail, facts) ? `${title}. ${serverText(detail, facts) ?? ''}`.trim() : title
}
