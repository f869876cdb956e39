// What a run came to: `works`, `says no` with the text, or `fault` with what is wrong. A fault is a crash, an early end, another exit code than the program's
// own, an error without a code, no reason, or a figure that doesn't hold.

const fault = (text, ended) => ({
  outcome: 'fault',
  text,
  stderr: ended.stderr.trim().slice(-2000),
  stdout: ended.stdout.trim().slice(-1000),
})
const saysNo = (text) => ({ outcome: 'says no', text })
const works = { outcome: 'works' }

function endOf({ code, signal, late }) {
  if (late) return 'it had not ended after two minutes'
  return signal === null ? `it ended with ${code}` : `${signal} ended it`
}

/** The call's answer, which its program printed as a line. */
function judgeAnswer(call, said, place, ended) {
  if (said.error !== undefined) {
    const { code, name, message } = said.error
    if (!/^ERR_[A-Z0-9_]+$/.test(code ?? '')) return fault(`an error without a code: ${name}: ${message} ${code ?? ''}`, ended)
    return message ? saysNo(`${message} [${code}]`) : fault(`${code} without a message`, ended)
  }
  const refused = said.answer.reason ?? call.says?.(said.answer)
  if (refused) return saysNo(refused)
  return call.holds(said.answer, place) ? works : fault(`this doesn't hold: ${JSON.stringify(said.answer)}`, ended)
}

export function judgeCall(call, ended, place) {
  const { exitCode = 3 } = place
  const { code, stdout } = ended
  const line = /^matrix: (\{.*\})$/m.exec(stdout)?.[1]
  if (line === undefined) return fault(`the program said nothing: ${endOf(ended)}`, ended)
  if (code !== exitCode) return fault(`instead of with ${exitCode}, ${endOf(ended)}`, ended)
  return judgeAnswer(call, JSON.parse(line), place, ended)
}

const matches = (wanted, text) => wanted === undefined || (wanted instanceof RegExp ? wanted.test(text) : wanted === text)

/** What a command says where it doesn't do what was asked: its own line, with a code where nothing was run, or a remark in its report. */
function refusalIn({ stdout, stderr }) {
  const text = `${stderr}\n${stdout}`
  const line =
    /^(?:allocscope(?: \w+)?): (.+(?:\n {2,}\S.*)*)/m.exec(text) ??
    /^ {2}! (.+(?:\n {4}\S.*)*)/m.exec(text) ??
    /^Why the .*\n {2}(.+(?:\n {2}\S.*)*)/m.exec(text)
  return line?.[1].replace(/\s+/g, ' ')
}

/** `isMade` says whether a file is there that it was to write. */
export function judgeCommand(command, ended, isMade) {
  const { code, stdout, stderr } = ended
  const asProgram = code === command.exitCode && (command.exitCode === 0 || matches(command.stdout, stdout))
  if (
    asProgram &&
    matches(command.stdout, stdout) &&
    matches(command.stderr, stderr) &&
    (command.made === undefined || isMade(command.made))
  )
    return works
  const refusal = refusalIn(ended)
  if (asProgram) return refusal === undefined ? fault('it says neither what was asked for nor why not', ended) : saysNo(refusal)
  if (command.kind === 'preload')
    return fault(`the program was to print ${JSON.stringify(command.stdout)} and end with ${command.exitCode}: ${endOf(ended)}`, ended)
  // Refused before the program began.
  const refusedBefore = (code === 1 || code === 2) && stdout === '' && /\[ERR_[A-Z0-9_]+\]/.test(refusal ?? '')
  return refusedBefore ? saysNo(refusal) : fault(endOf(ended), ended)
}
