import { ref, watch, type Ref } from 'vue'

/** A value kept in this browser for one account; what can't be read is the fallback. */
export function storedRef<T>(account: string, name: string, fallback: T): Ref<T> {
  const key = `valvomo.${account}.${name}`
  const value = ref(read(key, fallback)) as Ref<T>
  watch(value, (next) => localStorage.setItem(key, JSON.stringify(next)), { deep: true })
  return value
}

function read<T>(key: string, fallback: T): T {
  const text = localStorage.getItem(key)
  if (text === null) return fallback
  try {
    const parsed = JSON.parse(text) as T
    const isPlainObject = typeof fallback === 'object' && fallback !== null && !Array.isArray(fallback)
    return isPlainObject ? { ...fallback, ...parsed } : parsed
  } catch {
    return fallback
  }
}
