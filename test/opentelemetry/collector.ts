import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One data point, as OTLP's JSON has it. */
interface Point {
  readonly asDouble?: number
  readonly asInt?: number | string
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[]
}

interface Sum {
  readonly dataPoints: readonly Point[]
  readonly isMonotonic: boolean
}

/** One metric of an export request. */
export interface Exported {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly sum?: Sum
  readonly gauge?: Pick<Sum, 'dataPoints'>
}

interface ExportRequest {
  readonly resourceMetrics: readonly { readonly scopeMetrics: readonly { readonly metrics: readonly Exported[] }[] }[]
}

/** The values of a metric's points by one of their attributes. */
export function pointsBy({ sum, gauge }: Exported, attribute: string): ReadonlyMap<string, number> {
  const points = (sum ?? gauge)?.dataPoints ?? []
  return new Map(
    points.map(({ attributes, asDouble, asInt }) => [
      attributes.find(({ key }) => key === attribute)?.value.stringValue ?? '',
      asDouble ?? Number(asInt),
    ]),
  )
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request) text += String(part)
  return text
}

/** A receiver of OTLP over HTTP in JSON: what was exported to it, by path. */
export async function startCollector(): Promise<{
  readonly url: string
  readonly received: readonly Exported[]
  readonly stop: () => Promise<void>
}> {
  const received: Exported[] = []
  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      const { resourceMetrics } = JSON.parse(text) as ExportRequest
      received.push(...resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics)))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`, received, stop }
}
