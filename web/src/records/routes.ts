import { FileInput, FileText } from '@lucide/vue'

import type { Area } from '@/shell/places'
import type { Role } from '@/stores/session'

const roles: Role[] = ['supervisor', 'agent']
const administrators: Role[] = ['administrator']

export const routes: Area['routes'] = [
  { path: '/records', component: () => import('./RecordsPage.vue'), meta: { roles: [...roles, ...administrators], title: 'records.title' } },
  { path: '/records/import/:id?', component: () => import('./ImportPage.vue'), meta: { roles: administrators, title: 'records.import.title' } },
]
export const places: Area['places'] = [
  { to: '/records', label: 'records.title', icon: FileText, section: 'supervise', roles, order: 4, otherwise: { unless: 'supervisor', section: 'serve' } },
  { to: '/records/import', label: 'records.import.title', icon: FileInput, section: 'configure', roles: administrators, order: 48 },
]
