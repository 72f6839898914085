import { shallowRef, watch, type Ref } from 'vue'

import type { BoardRow, Channel, Named } from '@/conversation/types'
import type { RowSet } from '@/live/rows'
import { useNow } from '@/ui/clock'

import { plainly } from './facts'

interface Choices {
  queues: Ref<readonly Named[]>
  agents: Ref<readonly Named[]>
  channels: Ref<readonly Channel[]>
}

/** What the list can be narrowed to: as it is now, read anew every second. A choice of filters may lag, the list may not. */
export function useChoices(board: RowSet<BoardRow>, language: () => string): Choices {
  const queues = shallowRef<readonly Named[]>([])
  const agents = shallowRef<readonly Named[]>([])
  const channels = shallowRef<readonly Channel[]>([])
  let seen = -1

  function read(): void {
    if (seen === board.changes.value) return
    seen = board.changes.value
    const byId = { queue: new Map<string, Named>(), agent: new Map<string, Named>() }
    const kinds = new Set<Channel>()
    for (const row of board.rows.values()) {
      const { queue, agent, channel } = plainly(row)
      if (queue) byId.queue.set(queue.id, queue)
      if (agent) byId.agent.set(agent.id, agent)
      kinds.add(channel)
    }
    put(queues, sorted(byId.queue, language()))
    put(agents, sorted(byId.agent, language()))
    put(channels, [...kinds].sort())
  }

  watch(useNow(), read)
  watch(board.ready, read)
  read()
  return { queues, agents, channels }
}

function sorted(found: ReadonlyMap<string, Named>, language: string): Named[] {
  const { compare } = new Intl.Collator(language)
  return [...found.values()].sort((one, other) => compare(one.name, other.name))
}

/** What is the same as before is left alone, and nothing that shows it is drawn again. */
function put<One>(choices: Ref<readonly One[]>, next: readonly One[]): void {
  if (JSON.stringify(next) !== JSON.stringify(choices.value)) choices.value = next
}
