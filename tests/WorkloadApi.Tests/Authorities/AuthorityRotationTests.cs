using AgentMesh.WorkloadApi.Authorities;

namespace AgentMesh.WorkloadApi.Tests.Authorities;

public sealed class AuthorityRotationTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RotationSchedule Schedule = new(TimeSpan.FromHours(12), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30));

    [Fact]
    public void Nothing_happens_before_half_of_the_life()
    {
        var rotation = Begin();

        Assert.Equal(Start.AddHours(6), rotation.Due);
        Assert.False(rotation.Advance(Start.AddHours(6).AddTicks(-1)));
        Assert.Single(rotation.Published);
    }

    [Fact]
    public void A_forced_successor_signs_after_the_propagation_delay_and_not_before()
    {
        var rotation = Begin();
        var old = rotation.Active;

        Assert.Equal(Start.AddMinutes(5), rotation.Force(Start));
        rotation.Advance(Start.AddMinutes(5).AddTicks(-1));
        Assert.Same(old, rotation.Active);
        rotation.Advance(Start.AddMinutes(5));

        Assert.NotSame(old, rotation.Active);
        Assert.Contains(old, rotation.Published);
    }

    [Fact]
    public void Forcing_twice_makes_one_successor()
    {
        var rotation = Begin();

        rotation.Force(Start);
        var next = rotation.Next;
        Assert.Equal(Start.AddMinutes(5), rotation.Force(Start.AddMinutes(4)));

        Assert.Same(next, rotation.Next);
    }

    [Fact]
    public void Forcing_brings_a_successor_that_is_published_already_forward()
    {
        var rotation = Begin();
        rotation.Advance(Start.AddHours(6));
        Assert.Equal(Start.AddHours(8), rotation.Due);

        rotation.Force(Start.AddHours(7));
        rotation.Advance(Start.AddHours(7));

        Assert.Null(rotation.Next);
    }

    [Fact]
    public void A_replaced_authority_is_disposed_and_unpublished_when_all_it_signed_has_ended()
    {
        var rotation = Begin();
        var old = rotation.Active;
        rotation.Force(Start);
        rotation.Advance(Start.AddMinutes(5));

        rotation.Advance(Start.AddMinutes(35));
        Assert.False(old.Disposed);
        rotation.Advance(Start.AddMinutes(36));

        Assert.True(old.Disposed);
        Assert.DoesNotContain(old, rotation.Published);
    }

    [Fact]
    public void After_a_long_sleep_an_ended_authority_does_not_sign()
    {
        var rotation = Begin();

        rotation.Advance(Start.AddDays(3));

        Assert.Equal(Start.AddDays(3), rotation.Active.CreatedAt);
    }

    private static AuthorityRotation<Key> Begin() => new(Schedule, now => new Key(now, now + Schedule.Lifetime), Start);

    private sealed class Key(DateTimeOffset createdAt, DateTimeOffset notAfter) : IAuthority
    {
        public DateTimeOffset CreatedAt => createdAt;

        public DateTimeOffset NotAfter => notAfter;

        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }
}
