using System.Buffers;
using Coda.Core.Recordings;
using Coda.Core.Screens;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Terminals.Engine;

/// <summary>
/// Adds keyframes to a recording as it is made. The terminal's loop only writes down what the screen shows; that is packed beside it, one
/// at a time.
/// </summary>
/// <param name="recording">Takes them.</param>
/// <param name="screen">What they show.</param>
/// <param name="parser">Of the stream: what it has open no keyframe could say.</param>
/// <param name="post">Lets something happen on the loop.</param>
internal sealed class KeyframeTaker(Recording recording, ScreenModel screen, StreamParser parser, Action<Action> post)
{
    private readonly KeyframeSpacing spacing = new();
    private int gaps;
    private Task<Keyframe>? packing;

    /// <summary>A piece of output was recorded and parsed.</summary>
    public void Follow()
    {
        if (recording.Gaps != gaps)
        {
            gaps = recording.Gaps;
            spacing.Lost();
        }

        if (packing is null && recording.Place is { } place && spacing.IsDue(place) && parser.IsAtRest)
        {
            var sequences = new ArrayBufferWriter<byte>(64 << 10);
            ScreenSnapshot.Write(screen, sequences, Keyframe.HistoryRows);
            packing = Task.Run(() => Keyframe.Pack(place, sequences.WrittenSpan));
            _ = TellAsync(packing);
        }
    }

    /// <summary>No output follows: waits for the keyframe that is under way, and takes one behind what was lost last.</summary>
    public async Task FinishAsync()
    {
        await AddLastAsync();
        recording.EndGap();
        Follow();
        await AddLastAsync();
    }

    private async Task AddLastAsync()
    {
        if (packing is { } last)
        {
            await ((Task)last).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Add();
        }
    }

    private async Task TellAsync(Task<Keyframe> packed)
    {
        await packed;
        post(Add);
    }

    private void Add()
    {
        if (packing is { IsCompletedSuccessfully: true } packed)
        {
            packing = null;
            if (spacing.Accept(packed.Result))
            {
                recording.Add(packed.Result);
            }
        }
    }
}
