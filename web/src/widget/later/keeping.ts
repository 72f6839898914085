/**
 * Files that are kept in this browser until there is a network, beside the words that they go with. Where the browser
 * keeps nothing they are kept for as long as the page lives.
 */
export interface Kept {
  id: string
  file: File
  /** What the server calls it once it is there. */
  known: string | null
}

const NAME = 'valvomo'
const SHELF = 'files'

const here = new Map<string, Kept>()

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(SHELF, { keyPath: 'id' })
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error ?? new Error())
  })
}

async function within<T>(mode: IDBTransactionMode, act: (shelf: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened()
  try {
    return await new Promise<T>((resolve, reject) => {
      const turn = database.transaction(SHELF, mode)
      const asked = act(turn.objectStore(SHELF))
      turn.oncomplete = () => resolve(asked.result)
      turn.onabort = turn.onerror = () => reject(turn.error ?? new Error())
    })
  } finally {
    database.close()
  }
}

export async function keep(one: Kept): Promise<void> {
  here.set(one.id, one)
  await within('readwrite', (shelf) => shelf.put(one)).catch(() => undefined)
}

export async function kept(id: string): Promise<Kept | null> {
  return here.get(id) ?? (await within<Kept | undefined>('readonly', (shelf) => shelf.get(id)).catch(() => undefined)) ?? null
}

export async function forget(id: string): Promise<void> {
  here.delete(id)
  await within('readwrite', (shelf) => shelf.delete(id)).catch(() => undefined)
}
