namespace AgentMesh.Agents.Trader.Ledger;

/// <summary>
/// Double entry, held by the database itself: entries are written first, then their transaction is posted; posting fails unless the entries
/// add up to zero for each instrument and overdraw nobody; what is posted never changes. Only posted entries count.
/// </summary>
internal static class LedgerSchema
{
    /// <summary>What each version added, the first one first.</summary>
    public static IReadOnlyList<string> Steps { get; } = [Accounts, Permanence];

    private const string Accounts = """
        CREATE TABLE account (
            id        TEXT PRIMARY KEY,
            currency  TEXT NOT NULL,
            -- The other side of every business: the market and the owners. Only these may go below zero.
            external  INTEGER NOT NULL DEFAULT 0 CHECK (external IN (0, 1))
        ) STRICT;

        CREATE TABLE ledger_transaction (
            id           TEXT PRIMARY KEY,
            kind         TEXT NOT NULL CHECK (kind IN ('opening', 'order')),
            -- An order, and the token that says a person approved it, are each good for one transaction.
            order_id     TEXT UNIQUE,
            approval_id  TEXT UNIQUE,
            recorded_at  TEXT NOT NULL,
            posted       INTEGER NOT NULL DEFAULT 0 CHECK (posted IN (0, 1)),
            CHECK ((kind = 'order') = (order_id IS NOT NULL) AND (kind = 'order') = (approval_id IS NOT NULL))
        ) STRICT;

        -- Cash in ten-thousandths of the currency, shares in whole ones.
        CREATE TABLE entry (
            account         TEXT NOT NULL REFERENCES account (id),
            instrument      TEXT NOT NULL,
            transaction_id  TEXT NOT NULL REFERENCES ledger_transaction (id),
            amount          INTEGER NOT NULL CHECK (amount <> 0),
            PRIMARY KEY (account, instrument, transaction_id)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX entry_of_transaction ON entry (transaction_id, instrument);

        CREATE VIEW holding AS
            SELECT entry.account, entry.instrument, SUM(entry.amount) AS amount
            FROM entry JOIN ledger_transaction ON ledger_transaction.id = entry.transaction_id AND ledger_transaction.posted = 1
            GROUP BY entry.account, entry.instrument;

        CREATE TRIGGER transaction_begins_unposted BEFORE INSERT ON ledger_transaction WHEN NEW.posted <> 0
            BEGIN SELECT RAISE(ABORT, 'a transaction is posted after its entries'); END;

        CREATE TRIGGER transaction_is_only_posted BEFORE UPDATE ON ledger_transaction
            WHEN OLD.posted <> 0 OR NEW.posted <> 1 OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.order_id IS NOT OLD.order_id
                OR NEW.approval_id IS NOT OLD.approval_id OR NEW.recorded_at <> OLD.recorded_at
            BEGIN SELECT RAISE(ABORT, 'a transaction never changes'); END;

        CREATE TRIGGER transaction_adds_up_to_zero BEFORE UPDATE ON ledger_transaction
            WHEN NOT EXISTS (SELECT 1 FROM entry WHERE transaction_id = NEW.id)
                OR EXISTS (SELECT 1 FROM entry WHERE transaction_id = NEW.id GROUP BY instrument HAVING SUM(amount) <> 0)
            BEGIN SELECT RAISE(ABORT, 'the entries do not add up to zero'); END;

        CREATE TRIGGER transaction_overdraws_nobody BEFORE UPDATE ON ledger_transaction
            WHEN EXISTS (
                SELECT 1 FROM entry AS own
                JOIN account ON account.id = own.account AND account.external = 0
                JOIN entry AS every ON every.account = own.account AND every.instrument = own.instrument
                JOIN ledger_transaction AS posted ON posted.id = every.transaction_id AND (posted.posted = 1 OR posted.id = NEW.id)
                WHERE own.transaction_id = NEW.id
                GROUP BY own.account, own.instrument HAVING SUM(every.amount) < 0)
            BEGIN SELECT RAISE(ABORT, 'an account would be overdrawn'); END;

        CREATE TRIGGER transaction_stays BEFORE DELETE ON ledger_transaction
            BEGIN SELECT RAISE(ABORT, 'a transaction stays'); END;

        CREATE TRIGGER entry_comes_before_posting BEFORE INSERT ON entry
            WHEN (SELECT posted FROM ledger_transaction WHERE id = NEW.transaction_id) <> 0
            BEGIN SELECT RAISE(ABORT, 'the transaction is posted'); END;

        CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry
            BEGIN SELECT RAISE(ABORT, 'an entry never changes'); END;

        CREATE TRIGGER entry_stays BEFORE DELETE ON entry
            BEGIN SELECT RAISE(ABORT, 'an entry stays'); END;
        """;

    // INSERT OR REPLACE deletes what is in its way without asking the triggers for deletions. A transaction in whose place another one would come is held by its entries.
    private const string Permanence = """
        CREATE TRIGGER transaction_is_not_replaced BEFORE INSERT ON ledger_transaction
            WHEN EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'a transaction never changes'); END;

        -- Opening an account that there is does nothing.
        CREATE TRIGGER account_is_not_replaced BEFORE INSERT ON account WHEN EXISTS (SELECT 1 FROM account WHERE id = NEW.id)
            BEGIN SELECT RAISE(IGNORE); END;

        CREATE TRIGGER account_never_changes BEFORE UPDATE ON account
            BEGIN SELECT RAISE(ABORT, 'an account never changes'); END;

        CREATE TRIGGER account_stays BEFORE DELETE ON account
            BEGIN SELECT RAISE(ABORT, 'an account stays'); END;
        """;
}
