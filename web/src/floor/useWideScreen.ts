import { onScopeDispose, ref, type Ref } from 'vue'

const WIDE = '(min-width: 1024px)'

/** Whether there is room for the pane beside the list. */
export function useWideScreen(): Ref<boolean> {
  const query = window.matchMedia(WIDE)
  const wide = ref(query.matches)
  const follow = () => (wide.value = query.matches)
  query.addEventListener('change', follow)
  onScopeDispose(() => query.removeEventListener('change', follow))
  return wide
}
