namespace AgentMesh.AuthServer.Audit.Storage;

/// <summary>
/// The database itself refuses to change or remove what the ledger holds. Part of a migration that was released: a change goes into a
/// migration of its own.
/// </summary>
internal static class AppendOnly
{
    private const string Message = "the audit ledger is append-only";

    private static readonly string[] Tables = ["AuditJournals", "AuditRecords"];

    public static IReadOnlyList<string> Sqlite { get; } =
    [
        .. Tables.SelectMany(table => new[]
        {
            $"CREATE TRIGGER {table}_NoUpdate BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{Message}'); END;",
            $"CREATE TRIGGER {table}_NoDelete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{Message}'); END;",
        }),
        // INSERT OR REPLACE deletes without asking the trigger above.
        $"""
        CREATE TRIGGER AuditRecords_NoReplace BEFORE INSERT ON AuditRecords
        WHEN EXISTS (SELECT 1 FROM AuditRecords WHERE Position = NEW.Position) OR EXISTS (SELECT 1 FROM AuditRecords WHERE JournalId = NEW.JournalId AND Seq = NEW.Seq)
        BEGIN SELECT RAISE(ABORT, '{Message}'); END;
        """,
        $"""
        CREATE TRIGGER AuditJournals_NoReplace BEFORE INSERT ON AuditJournals
        WHEN EXISTS (SELECT 1 FROM AuditJournals WHERE Id = NEW.Id) OR EXISTS (SELECT 1 FROM AuditJournals WHERE Party = NEW.Party AND Instance = NEW.Instance)
        BEGIN SELECT RAISE(ABORT, '{Message}'); END;
        """,
    ];

    public static IReadOnlyList<string> PostgreSql { get; } =
    [
        $"""
        CREATE FUNCTION audit_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{Message}'; END $$;
        """,
        .. Tables.SelectMany(table => new[]
        {
            $"""CREATE TRIGGER "{table}_NoChange" BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION audit_ledger_is_append_only();""",
            $"""CREATE TRIGGER "{table}_NoTruncate" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION audit_ledger_is_append_only();""",
        }),
    ];

    public const string PostgreSqlDown = "DROP FUNCTION audit_ledger_is_append_only();";
}
