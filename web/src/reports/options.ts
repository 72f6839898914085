import type { EChartsCoreOption } from 'echarts/core'

import type { Query } from '@/api/client'

import type { Palette } from './palette'

export type Drawing = (palette: Palette) => EChartsCoreOption

/** A list that can be opened: of what, how it and its formula are called, and to what the report is narrowed for it. */
export interface Listed {
  of: string
  title: string
  formula: string
  query?: Query
  /** Where more than one list is behind it: all of them, `of` first. */
  parts?: readonly string[]
}

/** One line or row of bars: its values by place, and how it is drawn. Bars of one `stack` stand on each other. */
export interface Series {
  name: string
  values: readonly (number | null)[]
  kind: 'bar' | 'line'
  colour: keyof Palette
  stack?: string
  /** Belongs to the axis on the right. */
  right?: boolean
  /** So that colour is not all that tells lines apart. */
  dashed?: boolean
  /** What its value at a place counts. */
  opens: (place: number) => Listed
}
export interface Chart {
  labels: readonly string[]
  series: readonly Series[]
  /** How values are written, on the left axis and on the right one. */
  written: (value: number) => string
  writtenRight?: (value: number) => string
  /** The highest value of the right axis, such as 1 for shares. */
  mostRight?: number
  whole?: boolean
}

const DECALS = [undefined, 'rect', 'triangle', 'circle', 'diamond', 'roundRect'] as const

/** The one way in which charts look: quiet axes, figures that line up, texts in the page's own letters. */
export function drawing(chart: Chart): Drawing {
  return (palette) => ({
    animationDuration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 250,
    textStyle: { fontFamily: 'Inter Variable, system-ui, sans-serif', color: palette['ink-soft'] },
    color: chart.series.map((one) => palette[one.colour]),
    grid: { left: 8, right: chart.writtenRight ? 8 : 16, top: 40, bottom: 4, containLabel: true },
    legend: {
      show: chart.series.length > 1,
      type: 'scroll',
      top: 0,
      left: 0,
      right: 8,
      pageIconColor: palette['ink-soft'],
      pageIconInactiveColor: palette.line,
      pageTextStyle: { color: palette['ink-soft'] },
      itemGap: 16,
      itemHeight: 10,
      textStyle: { color: palette['ink-soft'], fontSize: 12 },
      inactiveColor: palette['ink-faint'],
    },
    tooltip: {
      trigger: 'axis',
      // Drawn, not written into the page: styles in written tips are against our own policy.
      renderMode: 'richText',
      confine: true,
      backgroundColor: palette.raised,
      borderColor: palette['line-strong'],
      textStyle: { color: palette.ink, fontSize: 12 },
      axisPointer: { type: 'line', lineStyle: { color: palette['line-strong'] } },
      valueFormatter: undefined,
      formatter: (points: unknown) => tip(chart, points),
    },
    xAxis: {
      type: 'category',
      data: chart.labels,
      axisLine: { lineStyle: { color: palette['line-strong'] } },
      axisTick: { show: false },
      axisLabel: { color: palette['ink-faint'], fontSize: 11, hideOverlap: true },
    },
    yAxis: [axis(palette, chart.written, chart.whole), ...(chart.writtenRight ? [{ ...axis(palette, chart.writtenRight), splitLine: { show: false }, min: 0, max: chart.mostRight, interval: (chart.mostRight ?? 1) / 4 }] : [])],
    series: chart.series.map((one, place) => ({
      name: one.name,
      type: one.kind,
      stack: one.stack,
      yAxisIndex: one.right ? 1 : 0,
      data: one.values.map((value) => value ?? '-'),
      cursor: 'pointer',
      connectNulls: false,
      barMaxWidth: 28,
      itemStyle: one.kind === 'bar' ? { borderRadius: one.stack ? 0 : [2, 2, 0, 0], decal: place === 0 ? undefined : { symbol: DECALS[place % DECALS.length], color: palette.surface, dashArrayX: [1, 0], dashArrayY: [3, 6], symbolSize: 0.7, rotation: Math.PI / 4 } } : undefined,
      lineStyle: one.kind === 'line' ? { width: 2.5, type: one.dashed ? 'dashed' : 'solid' } : undefined,
      symbol: one.kind === 'line' ? (chart.labels.length > 40 ? 'none' : DECALS[(place + 3) % DECALS.length]) : undefined,
      showAllSymbol: true,
      symbolSize: 5,
      z: one.kind === 'line' ? 3 : 2,
    })),
  })
}

function axis(palette: Palette, written: (value: number) => string, whole = false): Record<string, unknown> {
  return {
    type: 'value',
    minInterval: whole ? 1 : undefined,
    splitNumber: 4,
    axisLabel: { color: palette['ink-faint'], fontSize: 11, formatter: written },
    splitLine: { lineStyle: { color: palette.line } },
  }
}

function tip(chart: Chart, points: unknown): string {
  const found = (Array.isArray(points) ? points : [points]) as { dataIndex: number; seriesIndex: number; axisValueLabel: string }[]
  const lines = found.map(({ dataIndex, seriesIndex }) => {
    const series = chart.series[seriesIndex]
    const value = series?.values[dataIndex]
    const write = series?.right ? (chart.writtenRight ?? chart.written) : chart.written
    return `${series?.name ?? ''}  ${value === null || value === undefined ? '–' : write(value)}`
  })
  return [found[0]?.axisValueLabel ?? '', ...lines].join('\n')
}
