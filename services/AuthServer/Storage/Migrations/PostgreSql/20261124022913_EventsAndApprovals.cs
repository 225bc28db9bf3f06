using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AgentMesh.AuthServer.Storage.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class EventsAndApprovals : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Approvals",
                columns: table => new
                {
                    Id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    RequestHash = table.Column<byte[]>(type: "bytea", nullable: false),
                    Client = table.Column<string>(type: "text", nullable: false),
                    Callee = table.Column<string>(type: "text", nullable: false),
                    Scope = table.Column<string>(type: "text", nullable: false),
                    Subject = table.Column<string>(type: "text", nullable: false),
                    Actors = table.Column<string>(type: "text", nullable: false),
                    TransactionId = table.Column<string>(type: "text", nullable: false),
                    ParentId = table.Column<string>(type: "text", nullable: true),
                    ParentExpiresAt = table.Column<long>(type: "bigint", nullable: true),
                    BindingMessage = table.Column<string>(type: "text", nullable: true),
                    AuthorizationDetails = table.Column<string>(type: "text", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false),
                    ExpiresAt = table.Column<long>(type: "bigint", nullable: false),
                    Status = table.Column<int>(type: "integer", nullable: false),
                    DecidedBy = table.Column<string>(type: "text", nullable: true),
                    LastPolledAt = table.Column<long>(type: "bigint", nullable: true),
                    Interval = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Approvals", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "EventStreams",
                columns: table => new
                {
                    Receiver = table.Column<string>(type: "character varying(2048)", maxLength: 2048, nullable: false),
                    Stream = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Acknowledged = table.Column<long>(type: "bigint", nullable: false),
                    LastPolledAt = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_EventStreams", x => new { x.Receiver, x.Stream });
                });

            migrationBuilder.CreateIndex(
                name: "IX_Approvals_ExpiresAt",
                table: "Approvals",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_Approvals_RequestHash",
                table: "Approvals",
                column: "RequestHash",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Approvals");

            migrationBuilder.DropTable(
                name: "EventStreams");
        }
    }
}
