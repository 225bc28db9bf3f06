using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AgentMesh.AuthServer.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ApprovalAncestors : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ParentAncestors",
                table: "Approvals",
                type: "TEXT",
                nullable: false,
                defaultValue: "");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "ParentAncestors",
                table: "Approvals");
        }
    }
}
