import { RadioTower } from '@lucide/vue'

import type { Area } from '@/shell/places'

export const routes: Area['routes'] = [
  { path: '/floor', component: () => import('./Floor.vue'), meta: { roles: ['supervisor'], title: 'nav.floor' } },
]
export const places: Area['places'] = [
  { to: '/floor', label: 'nav.floor', icon: RadioTower, section: 'supervise', roles: ['supervisor'], order: 1 },
]
