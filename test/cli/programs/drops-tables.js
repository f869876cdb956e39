// Each call makes a table of 8 MB, reads it and drops it. The database stays open, and keeps the pages for what comes next.
const { DuckDBInstance } = require(`${process.env.EMBEDDED_PACKAGES}/@duckdb/node-api`)

let connection
module.exports = async () => {
  connection ??= await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  await connection.run('create table t as select hash(i) h, hash(i + 1) k from range(500000) r(i)')
  await connection.run('select count(*) from (select h, count(*) from t group by h)')
  await connection.run('drop table t')
}
