import { defineComponent, h, type PropType, type Slot } from 'vue'

import type { Column } from './table'

/** Draws a cell by the column's component, by the table's slot `cell-<id>`, or as plain text. */
export default defineComponent({
  name: 'TableCell',
  props: {
    column: { type: Object as PropType<Column>, required: true },
    row: { type: null as unknown as PropType<unknown>, required: true },
    slots: { type: Object as PropType<Readonly<Record<string, unknown>>>, required: true },
  },
  setup(props) {
    return () => {
      if (props.column.cell) return h(props.column.cell, { row: props.row })
      const slot = props.slots[`cell-${props.column.id}`] as Slot | undefined
      if (slot) return slot({ row: props.row })
      const value = (props.row as Record<string, unknown>)[props.column.id]
      return h('span', { class: 'block truncate' }, value === null || value === undefined ? '' : String(value))
    }
  },
})
