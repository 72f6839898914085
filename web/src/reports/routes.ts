import { ChartColumn } from '@lucide/vue'

import type { Area } from '@/shell/places'
import type { Role } from '@/stores/session'

const roles: Role[] = ['supervisor', 'administrator']

export const routes: Area['routes'] = [
  { path: '/reports', component: () => import('./ReportsPage.vue'), meta: { roles, title: 'reports.title' } },
  { path: '/wallboard', component: () => import('./WallboardPage.vue'), meta: { roles, title: 'reports.wallboard', bare: true } },
]
export const places: Area['places'] = [{ to: '/reports', label: 'reports.title', icon: ChartColumn, section: 'supervise', roles, order: 60 }]
