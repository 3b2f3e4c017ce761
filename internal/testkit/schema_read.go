package testkit

import "kring/internal/database"

func readSQLiteTable(tx database.Tx, name string) (Table, error) {
	table := Table{Name: name}
	var columns []columnRow
	err := tx.Gorm().Raw(`SELECT name, type, "notnull" OR pk > 0 AS not_null, pk AS place
		FROM pragma_table_info(?)`, name).Scan(&columns).Error
	if err != nil {
		return table, err
	}
	table.take(columns)
	var parts []indexColumn
	err = tx.Gorm().Raw(`SELECT l.name AS "index", coalesce(i.name, '(expression)') AS col,
			l.origin <> 'c' AS made, l."unique" AS "unique", l.partial AS partial
		FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) i
		WHERE l.origin <> 'pk' ORDER BY l.name, i.seqno`, name).Scan(&parts).Error
	if err != nil {
		return table, err
	}
	table.Indexes = indexes(parts)
	err = tx.Gorm().Raw(`SELECT "from" AS "column", "table", coalesce("to", 'id') AS parent, upper(on_delete) AS on_delete
		FROM pragma_foreign_key_list(?)`, name).Scan(&table.References).Error
	return table, err
}

func readPostgresTable(tx database.Tx, name string) (Table, error) {
	table := Table{Name: name}
	var columns []columnRow
	err := tx.Gorm().Raw(`SELECT a.attname AS name, t.typname AS type, a.attnotnull AS not_null,
			coalesce(array_position(k.conkey, a.attnum), 0) AS place
		FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
		LEFT JOIN pg_constraint k ON k.conrelid = a.attrelid AND k.contype = 'p'
		WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped`, name).Scan(&columns).Error
	if err != nil {
		return table, err
	}
	table.take(columns)
	var parts []indexColumn
	err = tx.Gorm().Raw(`SELECT c.relname AS "index", coalesce(a.attname, '(expression)') AS col,
			k.oid IS NOT NULL AS made, i.indisunique AS "unique", i.indpred IS NOT NULL AS partial
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
		CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS part(attnum, place)
		LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = part.attnum AND part.attnum > 0
		LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u')
		WHERE i.indrelid = to_regclass(?) AND NOT i.indisprimary ORDER BY c.relname, part.place`, name).Scan(&parts).Error
	if err != nil {
		return table, err
	}
	table.Indexes = indexes(parts)
	err = tx.Gorm().Raw(`SELECT a.attname AS "column", p.relname AS "table", b.attname AS parent,
			CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'r' THEN 'RESTRICT'
				WHEN 'd' THEN 'SET DEFAULT' ELSE 'NO ACTION' END AS on_delete
		FROM pg_constraint k JOIN pg_class p ON p.oid = k.confrelid
		CROSS JOIN unnest(k.conkey, k.confkey) AS pair(mine, theirs)
		JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.mine
		JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.theirs
		WHERE k.conrelid = to_regclass(?) AND k.contype = 'f'`, name).Scan(&table.References).Error
	return table, err
}
