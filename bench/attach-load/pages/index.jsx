import { createElement } from 'react'

export function getServerSideProps() {
  return { props: { rows: Array.from({ length: 200 }, (_, index) => ({ index, text: 'x'.repeat(index % 50) })) } }
}

export default function Page({ rows }) {
  return createElement(
    'ul',
    null,
    rows.map(({ index, text }) => createElement('li', { key: index }, text)),
  )
}
