import { withoutParameters } from '../../lib/track/native-names.js'

// Names in the form that demanglers give them.
test.each([
  ['node::Buffer::New(v8::Isolate*, unsigned long)', 'node::Buffer::New'],
  ['malloc', 'malloc'],
  [
    'node::(anonymous namespace)::Stream<node::(anonymous namespace)::Zlib>::Alloc(void*)',
    'node::(anonymous namespace)::Stream<node::(anonymous namespace)::Zlib>::Alloc',
  ],
  [
    'std::__shared_ptr<int, (__gnu_cxx::_Lock_policy)2>::__shared_ptr(int*)',
    'std::__shared_ptr<int, (__gnu_cxx::_Lock_policy)2>::__shared_ptr',
  ],
  ['std::function<void (int)>::operator()(int) const', 'std::function<void (int)>::operator()'],
  ['main::{lambda(int)#1}::operator()(int) const', 'main::{lambda(int)#1}::operator()'],
  ['big::operator<<(big const&, int)', 'big::operator<<'],
  ['big::operator->() const', 'big::operator->'],
  ['operator new(unsigned long)', 'operator new'],
])('%s without its parameters', (name, expected) => {
  expect(withoutParameters(name)).toBe(expected)
})
