using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace AgentMesh.AuthServer.Audit.Storage;

/// <summary>
/// Inserts records. The ledger takes over one for each decision of the whole mesh, so with SQLite, where a statement costs no round trip, one prepared command
/// writes them all; EF Core's tracking would cost several times the insert. With PostgreSQL EF Core sends them in batches.
/// </summary>
internal static class RecordWriter
{
    private static readonly (string Column, Func<AuditRecordRow, object?> Value)[] Columns =
    [
        (nameof(AuditRecordRow.Position), row => row.Position),
        (nameof(AuditRecordRow.JournalId), row => row.JournalId),
        (nameof(AuditRecordRow.Seq), row => row.Seq),
        (nameof(AuditRecordRow.Hash), row => row.Hash),
        (nameof(AuditRecordRow.ReceivedAt), row => row.ReceivedAt.ToUnixTimeMilliseconds()),
        (nameof(AuditRecordRow.Time), row => row.Time.ToUnixTimeMilliseconds()),
        (nameof(AuditRecordRow.Kind), row => row.Kind),
        (nameof(AuditRecordRow.Decision), row => row.Decision),
        (nameof(AuditRecordRow.Party), row => row.Party),
        (nameof(AuditRecordRow.Caller), row => row.Caller),
        (nameof(AuditRecordRow.Callee), row => row.Callee),
        (nameof(AuditRecordRow.Subject), row => row.Subject),
        (nameof(AuditRecordRow.TransactionId), row => row.TransactionId),
        (nameof(AuditRecordRow.TraceId), row => row.TraceId),
        (nameof(AuditRecordRow.Line), row => row.Line),
    ];

    private static readonly string Insert =
        $"INSERT INTO AuditRecords ({string.Join(", ", Columns.Select(each => each.Column))}) VALUES ({string.Join(", ", Columns.Select(each => "$" + each.Column))})";

    /// <summary>Inserts the rows within the transaction.</summary>
    public static async Task WriteAsync(LedgerDbContext context, IDbContextTransaction transaction, IEnumerable<AuditRecordRow> rows, CancellationToken cancellationToken)
    {
        if (context is not SqliteLedgerDbContext)
        {
            context.ChangeTracker.AutoDetectChangesEnabled = false;
            context.Records.AddRange(rows);
            await context.SaveChangesAsync(cancellationToken);
            return;
        }
        await using var command = context.Database.GetDbConnection().CreateCommand();
        command.Transaction = transaction.GetDbTransaction();
        command.CommandText = Insert;
        var parameters = Columns.Select(each => Add(command, "$" + each.Column)).ToArray();
        foreach (var row in rows)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i].Value = Columns[i].Value(row) ?? DBNull.Value;
            }
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static DbParameter Add(DbCommand command, string name)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        command.Parameters.Add(parameter);
        return parameter;
    }
}
