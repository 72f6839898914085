import { TextSearch } from '@lucide/vue'

import type { Area } from '@/shell/places'
import type { Role } from '@/stores/session'

const roles: Role[] = ['supervisor', 'agent']

export const routes: Area['routes'] = [{ path: '/search', component: () => import('./SearchPage.vue'), meta: { roles, title: 'search.title' } }]
export const places: Area['places'] = [{ to: '/search', label: 'search.title', icon: TextSearch, section: 'supervise', roles, order: 60, otherwise: { unless: 'supervisor', section: 'serve' } }]
